// Package shmbroker shares memory between programs by name, through the ShmBroker service and its
// shmclient.dll.
//
//	channel, err := shmbroker.Open("MapName", &shmbroker.Options{Access: shmbroker.Write})
//	if err != nil {
//		return err
//	}
//	defer channel.Close()
//	_, err = channel.Write([]byte("hello"))
//
// A channel is a block (one value, the last one written wins), a topic (every reader gets every message), a queue
// (every message goes to exactly one reader) or a service (clients call, and one of its servers answers).
// Everything here may be called from any goroutine, on the
// same channel too: calls that read take turns, and so do calls that write.
//
// # Waiting
//
// Calls that may have to wait take a context, and end when it is done. No message is lost by that: a call
// that took or wrote one succeeds. After a cancellation the error is ErrCancelled, and errors.Is takes it for
// context.Canceled, too. After a deadline it is ErrEmpty, ErrFull or ErrTimeout, and
// context.DeadlineExceeded, too. With NoWait a call asks once.
//
// A call that waits keeps a thread, which is woken soonest, but not more than 32 that read and 32 that write
// do. One that reads beyond these waits for an event, and a thread waits for 63 of them. One that writes
// beyond these asks again after a millisecond, and then less and less often, every 16 ms at last. Of the
// calls that read through one channel, or write through it, one waits at a time, and the others for their
// turn.
//
// Calls of a service do not take turns: each waits for its own answer. Up to 32 of them keep a thread, and
// those beyond ask again every 16 ms at last. Call gives up what its context ends.
//
// # Opening
//
// Open for what the program does: one with both rights is a reader, too, and what it never reads holds up the
// writers of a waiting topic, itself among them.
//
// # Closing
//
// Close a channel that is done with. One that nobody refers to any more is closed when the garbage collector
// finds it. A Loan, a Lock and a Peek refer to their channel; their Data alone, a WaitHandle and a Handle do
// not. They are given back themselves when they are forgotten: as by Abort, Keep and Release.
//
// # Errors
//
// Every error is an *Error, with a status and a text that says what to do:
//
//	if errors.Is(err, shmbroker.ErrAccess) …
//
// # Other systems
//
// The package compiles elsewhere, too. There Open and ListChannels fail.
package shmbroker
