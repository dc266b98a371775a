//! The reader without a thread, with an executor of a few lines.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use shmbroker::*;

use super::{assert_fails, create, open_to_read, options};

/// Wakes a thread, and counts.
struct Waking {
    thread: Thread,
    count: AtomicUsize,
}

impl Wake for Waking {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.thread.unpark();
    }
}

fn waking() -> Arc<Waking> {
    let (thread, count) = (thread::current(), AtomicUsize::new(0));
    Arc::new(Waking { thread, count })
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let waker = Waker::from(waking());
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park_timeout(Duration::from_secs(60)),
        }
    }
}

fn text(message: Result<OwnedMessage>) -> String {
    String::from_utf8(message.unwrap().data).unwrap()
}

#[test]
fn async_reads_what_is_there_and_what_comes() {
    const MESSAGES: usize = 2000;
    let writer = create("async", Kind::Queue);
    let mut reader = AsyncReader::new(open_to_read("async")).unwrap();
    writer.write(b"there", Duration::ZERO).unwrap();
    assert_eq!(text(block_on(reader.read())), "there");
    let writing = thread::spawn(move || {
        for i in 0..MESSAGES {
            writer.write(i.to_string().as_bytes(), None).unwrap();
            if i % 16 == 0 {
                thread::sleep(Duration::from_millis(1)); // so that there is nothing now and then
            }
        }
        writer
    });
    for i in 0..MESSAGES {
        assert_eq!(text(block_on(reader.read())), i.to_string());
    }
    let writer = writing.join().unwrap();
    let large = vec![7; 5000];
    writer.write(&large, Duration::ZERO).unwrap();
    assert_eq!(block_on(reader.read()).unwrap().data, large);
    assert_eq!(reader.into_channel().info().unwrap().readers, 2);
}

#[test]
fn async_that_is_dropped_loses_nothing_and_wakes_nobody() {
    let writer = create("async dropped", Kind::Queue);
    let mut reader = AsyncReader::new(open_to_read("async dropped")).unwrap();
    let first = waking();
    {
        let mut read = Box::pin(reader.read());
        let waker = Waker::from(first.clone());
        assert!(read.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    writer.write(b"kept", Duration::ZERO).unwrap();
    assert_eq!(text(block_on(reader.read())), "kept");
    let mut read = Box::pin(reader.read());
    let second = waking();
    let waker = Waker::from(second.clone());
    assert!(read.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    writer.write(b"again", Duration::ZERO).unwrap();
    while second.count.load(Ordering::SeqCst) == 0 {
        thread::park_timeout(Duration::from_secs(60));
    }
    assert_eq!(text(block_on(read)), "again");
    assert_eq!(first.count.load(Ordering::SeqCst), 0, "who asks no more is not woken");
}

#[test]
fn async_waits_for_a_blocks_new_value() {
    let writer = create("async block", Kind::Block);
    let mut reader = AsyncReader::new(open_to_read("async block")).unwrap();
    writer.write(b"one", Duration::ZERO).unwrap();
    assert_eq!(text(block_on(reader.read())), "one");
    let writing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        writer.write(b"two", None).unwrap();
        writer
    });
    assert_eq!(text(block_on(reader.read())), "two");
    writing.join().unwrap();
}

#[test]
fn async_is_not_for_who_may_not_read() {
    let writer = options(Kind::Queue).write(true).open("async writer").unwrap();
    assert_fails(AsyncReader::new(writer), Status::ACCESS);
}
