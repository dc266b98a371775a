//! With a running service, whose policy lets this account create channels.

#![cfg(windows)]

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use shmbroker::*;

#[cfg(feature = "async")]
mod async_reader;
mod calls;
mod places;

const NOW: Duration = Duration::ZERO;

/// A channel that the test alone has, and that ends with it.
fn create(name: &str, kind: Kind) -> Channel {
    options(kind).open(name).unwrap()
}

fn options(kind: Kind) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).kind(kind).capacity(64 * 1024);
    options
}

fn open_to_read(name: &str) -> Channel {
    OpenOptions::new().read(true).open(name).unwrap()
}

fn read(channel: &Channel) -> (Vec<u8>, Option<News>) {
    let mut buffer = [0; 1024];
    let received = channel.read(&mut buffer, NOW).unwrap();
    (received.data.to_vec(), received.news)
}

fn assert_reads(channel: &Channel, message: &[u8]) {
    assert_eq!(read(channel), (message.to_vec(), None));
}

#[track_caller]
fn assert_fails<T>(result: Result<T>, status: Status) -> Error {
    let error = result.err().expect("it succeeded");
    assert_eq!(error.status(), status, "{error}");
    error
}

#[test]
fn what_threads_may_share() {
    fn assert_send_and_sync<T: Send + Sync>() {}
    assert_send_and_sync::<Channel>();
    assert_send_and_sync::<Canceller>();
    assert_send_and_sync::<Batch>();
    assert_send_and_sync::<Loan>();
    assert_send_and_sync::<Lock>();
    assert_send_and_sync::<Peek>();
    assert_send_and_sync::<Error>();
}

#[test]
fn messages_come_in_order() {
    let channel = create("rust order", Kind::Topic);
    for message in ["one", "", "简单 🎈"] {
        channel.write(message.as_bytes(), None).unwrap();
    }
    for message in ["one", "", "简单 🎈"] {
        assert_reads(&channel, message.as_bytes());
    }
    let stats = channel.stats().unwrap();
    assert_eq!(
        (stats.written, stats.read, stats.sequence, stats.bytes_read),
        (3, 3, 3, 14)
    );
}

#[test]
fn info_and_list() {
    let channels: Vec<_> = (0..40)
        .map(|i| create(&format!("rust list {i}"), Kind::Block))
        .collect();
    let mut info = channels[39].info().unwrap();
    assert!(info.creator.starts_with("S-1-"), "{}", info.creator);
    assert_eq!(
        (&*info.name, info.kind),
        ("rust list 39", Some(Kind::Block))
    );
    assert!(info.can_read && info.can_write && info.readers == 1 && info.writers == 1);
    assert!(info.capacity >= 64 * 1024);
    assert_ne!(info.instance, 0);
    info.creator.clear(); // a list does not tell these
    info.instance = 0;

    // The list comes in pages, and may miss one where a channel of another test ends between them.
    let has_all = |_| {
        let list = list_channels().unwrap();
        let ours = list
            .iter()
            .filter(|info| info.name.starts_with("rust list "));
        ours.count() == channels.len() && list.contains(&info)
    };
    assert!((0..100).any(has_all));
}

#[test]
fn errors_say_what() {
    let error = assert_fails(Channel::open("nowhere"), Status::NOT_FOUND);
    assert!(error.text().contains("'nowhere'"), "{error}");
    assert_fails(Channel::open("a\0b"), Status::NAME);
    let channel = create("rust errors", Kind::Queue);
    assert_fails(channel.write(&[0; 1024 * 1024], None), Status::SIZE);
    assert_fails(channel.read(&mut [], NOW), Status::EMPTY);
    assert_fails(channel.lock(NOW), Status::KIND);
    let boxed: Box<dyn std::error::Error + Send + Sync> = Error::from(Status::ACCESS).into();
    assert!(!boxed.to_string().is_empty());
    channel.close().unwrap();
}

#[test]
fn too_small_a_buffer_loses_nothing() {
    let channel = create("rust small", Kind::Queue);
    channel.write(b"too long", None).unwrap();
    let error = assert_fails(channel.read(&mut [0; 3], None), Status::BUFFER);
    assert_eq!(error.size_needed(), 8);
    let error = assert_fails(
        channel.read_batch(&mut Batch::new(4, 3), None),
        Status::BUFFER,
    );
    assert_eq!(error.size_needed(), 8);
    assert_reads(&channel, b"too long");
}

#[test]
fn news() {
    let block = create("rust unchanged", Kind::Block);
    block.write(b"value", None).unwrap();
    assert_reads(&block, b"value");
    assert_eq!(read(&block), (b"value".to_vec(), Some(News::Unchanged)));
    assert_eq!(block.peek(NOW).unwrap().news(), Some(News::Unchanged));

    let topic = create("rust lost", Kind::Topic);
    for _ in 0..1000 {
        topic.write(&[0; 1000], None).unwrap();
    }
    assert_eq!(read(&topic).1, Some(News::Lost));

    let queue = create("rust redelivered", Kind::Queue);
    queue.write(b"job", None).unwrap();
    let reader = open_to_read("rust redelivered");
    std::mem::forget(reader.peek(NOW).unwrap());
    drop(reader);
    assert_eq!(read(&queue), (b"job".to_vec(), Some(News::Redelivered)));
}

#[test]
fn time_is_kept() {
    let channel = create("rust time", Kind::Queue);
    let start = Instant::now();
    assert_fails(
        channel.read(&mut [], Duration::from_millis(50)),
        Status::EMPTY,
    );
    assert!(start.elapsed() >= Duration::from_millis(45));
    assert_fails(
        channel.read(&mut [], Duration::from_nanos(1)),
        Status::EMPTY,
    );
}

#[test]
fn a_loan_is_committed_or_never_was() {
    let channel = create("rust loan", Kind::Topic);
    let mut loan = channel.loan(100, None).unwrap();
    loan[..4].copy_from_slice(b"lent");
    assert_fails(channel.write(b"", None), Status::STATE);
    assert_fails(channel.loan(1, None), Status::STATE);
    loan.commit(4).unwrap();
    drop(channel.loan(100, None).unwrap());
    assert_fails(channel.loan(100, None).unwrap().commit(101), Status::SIZE);
    channel.loan(0, None).unwrap().commit(0).unwrap();
    channel.write(b"behind", None).unwrap();
    for message in [b"lent".as_slice(), b"", b"behind"] {
        assert_reads(&channel, message);
    }
    assert_fails(channel.read(&mut [], NOW), Status::EMPTY);
}

#[test]
fn a_lock_publishes_or_keeps() {
    let channel = create("rust lock", Kind::Block);
    assert_eq!(channel.lock(None).unwrap().value(), b"");
    channel.write(b"12", None).unwrap();
    let mut lock = channel.lock(None).unwrap();
    assert_eq!(lock.value(), b"12");
    lock[2..4].copy_from_slice(b"34");
    assert_reads(&channel, b"12");
    lock.publish(4).unwrap();
    assert_reads(&channel, b"1234");
    channel.lock(None).unwrap().fill(b'x');
    for size in [usize::MAX, 1024 * 1024] {
        assert_fails(channel.lock(None).unwrap().publish(size), Status::SIZE);
    }
    assert_eq!(read(&channel), (b"1234".to_vec(), Some(News::Unchanged)));
}

#[test]
fn a_peek_tells_whether_it_stayed_whole() {
    let channel = create("rust peek", Kind::Topic);
    channel.write(b"first", None).unwrap();
    channel.write(b"second", None).unwrap();
    let mut copy = b"what was there".to_vec();
    let peek = channel.peek(None).unwrap();
    peek.copy_to(&mut copy);
    assert_eq!(copy, b"first");
    // SAFETY: nobody writes now.
    assert_eq!(unsafe { peek.as_slice() }, b"first");
    assert_fails(channel.read(&mut [], NOW), Status::STATE);
    peek.release().unwrap();
    let peek = channel.peek(None).unwrap();
    for _ in 0..1000 {
        channel.write(&[0; 1000], None).unwrap();
    }
    assert_fails(peek.release(), Status::OVERTAKEN);
    drop(channel.peek(None).unwrap());
    assert_eq!(read(&channel).0.len(), 1000);
}

#[test]
fn batches() {
    let channel = options(Kind::Queue).timed(true).open("rust batch").unwrap();
    let start = SystemTime::now();
    channel
        .write_batch(&[b"a".as_slice(), b"", b"three"], None)
        .unwrap();
    channel.write_batch(&[""; 0], None).unwrap();
    let error = channel.write_batch(&[b"fits".to_vec(), vec![0; 1024 * 1024]], NOW);
    assert_eq!(assert_fails(error, Status::SIZE).messages_written(), 1);
    let mut batch = Batch::new(10, 1024);
    assert_eq!(channel.read_batch(&mut batch, None), Ok(None));
    let data: Vec<_> = batch.messages().map(|message| message.data).collect();
    assert_eq!(data, [b"a".as_slice(), b"", b"three", b"fits"]);
    for (number, message) in (1..).zip(batch.messages()) {
        assert_eq!(message.sequence(), number);
        assert!(!message.is_after_loss() && !message.is_redelivered());
        let near = Duration::from_secs(60);
        let time = message.time().unwrap();
        assert!(time > start - near && time < start + near, "{time:?}");
    }
    assert_fails(channel.read_batch(&mut batch, NOW), Status::EMPTY);
    assert_eq!(batch.messages().len(), 0);
    assert_fails(
        channel.read_batch(&mut Batch::new(0, 8), NOW),
        Status::ARGUMENT,
    );
}

#[test]
fn an_error_tells_only_of_its_own_call() {
    let channel = create("rust own error", Kind::Queue);
    let mut batch = Batch::new(4, 64);
    channel.write(&[1; 40], None).unwrap();
    channel.read_batch(&mut batch, None).unwrap();
    let error = assert_fails(channel.read_batch(&mut batch, NOW), Status::EMPTY);
    assert_eq!((error.messages_written(), error.size_needed()), (0, 0));
    let too_large = vec![0; 1024 * 1024];
    let messages: [&[u8]; 3] = [b"one", b"two", &too_large];
    let error = assert_fails(channel.write_batch(&messages, None), Status::SIZE);
    assert_eq!((error.messages_written(), error.size_needed()), (2, 0));
}

#[test]
fn an_error_is_one_of_io_too() {
    fn as_io() -> std::io::Result<Channel> {
        Ok(Channel::open("nowhere")?)
    }
    let error = as_io().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    let source = error.get_ref().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(source.status(), Status::NOT_FOUND);
    assert_eq!(format!("{:?}", source.status()), "Status::NOT_FOUND");
    assert_eq!(format!("{:?}", Status::from_code(-999)), "Status(-999)");
}

#[test]
fn messages_are_iterated() {
    let channel = create("rust messages", Kind::Queue);
    let large = vec![7; 5000];
    channel
        .write_batch(&[&large[..], b"", b"last"], None)
        .unwrap();
    let mut messages = channel.messages(NOW);
    let data: Vec<_> = messages
        .by_ref()
        .map(|message| message.unwrap().data)
        .collect();
    assert_eq!(data, [large, vec![], b"last".to_vec()]);
    channel.write(b"later", None).unwrap();
    assert_eq!(messages.next().unwrap().unwrap().data, b"later");
    let block = create("rust values", Kind::Block);
    block.write(b"value", None).unwrap();
    assert_eq!(block.messages(NOW).count(), 1);
    let peek = block.peek(NOW).unwrap();
    let mut failing = block.messages(NOW);
    assert_fails(failing.next().unwrap(), Status::STATE);
    assert!(failing.next().is_none());
    peek.release().unwrap();
}

/// What there is for a loop that reads with a timeout is the same as where nothing comes.
#[test]
fn an_iteration_beside_another_threads_read_ends() {
    let channel = create("rust beside", Kind::Queue);
    let found = thread::scope(|scope| {
        scope.spawn(|| assert_fails(channel.read(&mut [], None), Status::CANCELLED));
        let is_read = || channel.read(&mut [], NOW).unwrap_err().status() == Status::TIMEOUT;
        while !is_read() {
            thread::yield_now();
        }
        let found = channel.messages(Duration::from_millis(1)).next();
        channel.canceller().set_cancelled(true).unwrap();
        found
    });
    assert_eq!(found, None);
}

#[test]
fn no_time_to_open_is_not_the_default_time() {
    let mut options = OpenOptions::new();
    options.open_timeout(Duration::ZERO);
    assert!(
        format!("{options:?}").contains("open_timeout_ms: 1,"),
        "{options:?}"
    );
}

#[test]
fn any_duration_is_a_timeout() {
    let channel = create("rust long", Kind::Queue);
    channel.write(b"x", Duration::MAX).unwrap();
    channel.read(&mut [0; 8], Duration::MAX).unwrap();
}

#[test]
fn waiting_for_several() {
    let first = create("rust any 1", Kind::Queue);
    let second = create("rust any 2", Kind::Queue);
    assert_fails(wait_any(&[&first, &second], NOW), Status::EMPTY);
    second.write(b"here", None).unwrap();
    assert_eq!(wait_any(&[&first, &second], None), Ok(1));
    assert_fails(wait_any(&[], NOW), Status::ARGUMENT);
    assert_fails(wait_any(&[&first; 32], NOW), Status::ARGUMENT);
}

#[test]
fn another_thread_cancels() {
    let channel = create("rust cancel", Kind::Queue);
    let canceller = channel.canceller();
    for _ in 0..100 {
        thread::scope(|scope| {
            // Perhaps before the wait has begun, perhaps after.
            scope.spawn(|| canceller.set_cancelled(true).unwrap());
            assert_fails(channel.read(&mut [], None), Status::CANCELLED);
        });
        assert_eq!(channel.messages(None).count(), 0);
        channel.write(b"still", NOW).unwrap();
        assert_reads(&channel, b"still");
        canceller.set_cancelled(false).unwrap();
    }
    assert_fails(channel.read(&mut [], NOW), Status::EMPTY);
    drop(channel);
    assert_fails(canceller.cancel(), Status::HANDLE);
    assert_fails(canceller.set_cancelled(true), Status::HANDLE);
}

#[test]
fn threads_share_a_channel() {
    let channel = create("rust threads", Kind::Queue);
    let total: u64 = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for number in 1..=1000_u64 {
                    channel.write(&number.to_le_bytes(), None).unwrap();
                }
            });
        }
        let read_half = || {
            let mut buffer = [0; 8];
            let next = |_| {
                channel.read(&mut buffer, None).unwrap();
                u64::from_le_bytes(buffer)
            };
            (0..1000).map(next).sum::<u64>()
        };
        let readers = [scope.spawn(read_half), scope.spawn(read_half)];
        readers.map(|reader| reader.join().unwrap()).iter().sum()
    });
    assert_eq!(total, 2 * 500_500);
}

#[test]
fn every_status_has_a_text() {
    let unknown = Status::from_code(12345).to_string();
    for code in Status::UNAVAILABLE.code()..=Status::REDELIVERED.code() {
        assert_ne!(Status::from_code(code).to_string(), unknown);
    }
    assert_ne!(version().unwrap(), (0, 0));
}
