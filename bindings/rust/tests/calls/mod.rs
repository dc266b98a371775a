//! Calls of services. The tests run at once: each has a service of its own.

use std::process;

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

fn server(name: &str) -> Channel {
    let mut options = OpenOptions::new();
    options.server(true).kind(Kind::Service).open(name).unwrap()
}

fn client(name: &str) -> Channel {
    let mut options = OpenOptions::new();
    options.client(true).kind(Kind::Service).open(name).unwrap()
}

fn take(server: &Channel) -> Request<'_> {
    server.serve(PATIENCE).unwrap().expect("nobody has called")
}

/// Calls while the test serves.
fn call_meanwhile(name: &str, request: &[u8], serve: impl FnOnce(&Channel)) -> Result<Vec<u8>> {
    let (server, client) = (server(name), client(name));
    thread::scope(|scope| {
        let call = scope.spawn(|| client.call(request, PATIENCE));
        serve(&server);
        call.join().unwrap()
    })
}

#[test]
fn what_threads_may_share() {
    fn assert_send_and_sync<T: Send + Sync>() {}
    assert_send_and_sync::<Call>();
    assert_send_and_sync::<Request>();
}

#[test]
fn calls_are_answered() {
    for request in ["", "one", &"long ".repeat(800)] {
        let answer = call_meanwhile("calls 0", request.as_bytes(), |server| {
            let request = take(server);
            let answer = [b"answer to ", request.data()].concat();
            assert!(request.answer(&answer).unwrap());
        });
        assert_eq!(answer.unwrap(), format!("answer to {request}").into_bytes());
    }
    let client = client("calls 0");
    assert_eq!(client.info().unwrap().kind, Some(Kind::Service));
    assert_fails(client.call(&[0; 4097], None), Status::SIZE);
    assert_fails(client.serve(NOW), Status::ACCESS);
}

#[test]
fn a_refusal_has_its_code_and_text() {
    let refused = call_meanwhile("calls 1", b"one", |server| {
        take(server).refuse(-7, "简单 is not enough").unwrap()
    });
    let error = assert_fails(refused, Status::REFUSED);
    assert_eq!(error.refusal_code(), Some(-7));
    assert!(error.text().contains("简单 is not enough"), "{error}");
}

#[test]
fn a_request_that_is_dropped_is_refused() {
    let dropped = call_meanwhile("calls 2", b"one", |server| drop(take(server)));
    assert_eq!(
        assert_fails(dropped, Status::REFUSED).refusal_code(),
        Some(0)
    );
    let not_a_text = call_meanwhile("calls 2", b"one", |server| {
        assert_fails(take(server).refuse(1, "a\0b"), Status::ARGUMENT);
    });
    assert_eq!(
        assert_fails(not_a_text, Status::REFUSED).refusal_code(),
        Some(0)
    );
    let too_large = call_meanwhile("calls 2", b"one", |server| {
        assert_fails(take(server).answer(&[0; 16 * 1024 + 1]), Status::SIZE);
    });
    assert_eq!(
        assert_fails(too_large, Status::REFUSED).refusal_code(),
        Some(0)
    );
}

#[test]
fn a_server_knows_who_calls() {
    let answer = call_meanwhile("calls 3", b"one", |server| {
        let request = take(server);
        let caller = request.caller().unwrap();
        assert!(caller.account.starts_with("S-1-"), "{}", caller.account);
        assert!(caller.waits);
        request.answer(&caller.pid.to_le_bytes()).unwrap();
    });
    assert_eq!(answer.unwrap(), process::id().to_le_bytes());
}

#[test]
fn calls_under_way_end_in_any_order() {
    let (server, client) = (server("calls 4"), client("calls 4"));
    let mut calls: Vec<Call> = (0..10_u8)
        .map(|i| client.begin(&[i], NOW).unwrap())
        .collect();
    assert_eq!(calls[3].wait(NOW).unwrap(), None);
    let mut requests: Vec<_> = (0..10).map(|_| take(&server)).collect();
    requests.reverse();
    thread::scope(|scope| {
        for request in requests {
            scope.spawn(|| {
                let answer = request.data().repeat(5000);
                assert!(request.answer(&answer).unwrap());
            });
        }
    });
    for (i, call) in calls.iter_mut().enumerate().rev() {
        assert_eq!(call.wait(PATIENCE).unwrap(), Some(vec![i as u8; 5000]));
        assert_fails(call.wait(NOW), Status::STATE);
    }
}

#[test]
fn threads_call_at_once_through_one_channel() {
    const THREADS: u8 = 20; // more than may have a call under way
    const CALLS: u8 = 50;
    let (server, client) = (server("calls 5"), client("calls 5"));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let client = &client;
            scope.spawn(move || {
                for call in 0..CALLS {
                    assert_eq!(
                        client.call(&[thread, call], PATIENCE).unwrap(),
                        [call, thread]
                    );
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..u32::from(THREADS) * u32::from(CALLS) / 2 {
                    let request = take(&server);
                    let answer = [request.data()[1], request.data()[0]];
                    assert!(request.answer(&answer).unwrap());
                }
            });
        }
    });
}

#[test]
fn a_call_tells_at_its_end_whether_it_was_taken() {
    let (server, client) = (server("calls 6"), client("calls 6"));
    assert_fails(
        client.call(b"one", Duration::from_millis(20)),
        Status::TIMEOUT,
    );
    assert!(server.serve(NOW).unwrap().is_none()); // nothing is left of it
    thread::scope(|scope| {
        let call = scope.spawn(|| client.call(b"one", Duration::from_secs(1)));
        let request = take(&server);
        assert_fails(call.join().unwrap(), Status::UNANSWERED);
        assert!(!request.caller().unwrap().waits);
        assert!(!request.answer(b"too late").unwrap());
    });
}

#[test]
fn a_call_that_is_dropped_is_given_up() {
    let (server, client) = (server("calls 7"), client("calls 7"));
    drop(client.begin(b"one", NOW).unwrap());
    assert!(client.begin(b"two", NOW).unwrap().give_up());
    assert!(server.serve(NOW).unwrap().is_none());
    let call = client.begin(b"three", NOW).unwrap();
    let request = take(&server);
    assert!(!call.give_up());
    assert!(!request.answer(b"too late").unwrap());
}

#[test]
fn a_cancelled_wait_leaves_the_call_under_way() {
    let (server, client) = (server("calls 8"), client("calls 8"));
    let mut call = client.begin(b"one", NOW).unwrap();
    client.canceller().set_cancelled(true).unwrap();
    assert_fails(call.wait(None), Status::CANCELLED);
    client.canceller().set_cancelled(false).unwrap();
    server.canceller().set_cancelled(true).unwrap();
    let request = take(&server); // which needs no wait
    assert_fails(server.serve(None), Status::CANCELLED);
    request.answer(b"answer").unwrap();
    assert_eq!(call.wait(PATIENCE).unwrap().unwrap(), b"answer");
}

#[test]
fn a_call_ends_with_its_server() {
    let (server, client) = (server("calls 9"), client("calls 9"));
    let mut call = client.begin(b"one", NOW).unwrap();
    std::mem::forget(take(&server)); // neither answered nor refused
    drop(server);
    assert_fails(call.wait(PATIENCE), Status::PEER_DIED);
    let mut options = OpenOptions::new();
    let served = options.client(true).served(true).open("calls 9").unwrap();
    assert_fails(served.call(b"one", None), Status::NO_SERVER);
}

#[test]
fn go_to_a_service_that_a_program_creates() {
    const NAME: &str = "rust service";
    let mut options = OpenOptions::new();
    options.create(true).kind(Kind::Service).server(true).max_message(10).max_calls(1).max_clients(2);
    let server = options.open(NAME).unwrap();
    let info = server.info().unwrap();
    assert_eq!((info.max_message, info.capacity), (10, 4096));
    assert_fails(OpenOptions::new().max_calls(2).open(NAME), Status::MISMATCH);
    assert_fails(OpenOptions::new().max_clients(3).open(NAME), Status::MISMATCH);
    let client = client(NAME);
    let mut call = client.begin(b"asked", NOW).unwrap();
    assert!(take(&server).answer(b"told").unwrap());
    assert_eq!(call.wait(PATIENCE).unwrap().unwrap(), b"told");
}
