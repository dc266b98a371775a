//go:build windows

package shmbroker_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

func ExampleOpen() {
	channel, err := shmbroker.Open("ticks", &shmbroker.Options{Access: shmbroker.Write})
	if err != nil {
		log.Fatal(err) // it says what to do
	}
	defer channel.Close()
	if _, err := channel.Write([]byte("hello")); err != nil {
		log.Fatal(err)
	}
}

func ExampleChannel_Read() {
	channel, err := shmbroker.Open("ticks", &shmbroker.Options{Access: shmbroker.Read})
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()
	info, err := channel.Info()
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, info.MaxMessage)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for {
		n, news, err := channel.Read(ctx, buffer)
		if errors.Is(err, context.DeadlineExceeded) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		if news == shmbroker.Lost {
			fmt.Println("messages before it were lost")
		}
		fmt.Printf("%s\n", buffer[:n])
	}
}

func ExampleChannel_Loan() {
	channel, err := shmbroker.Open("frames", &shmbroker.Options{Access: shmbroker.Write})
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()
	loan, err := channel.Loan(context.Background(), 1<<20)
	if err != nil {
		log.Fatal(err)
	}
	defer loan.Abort() // after Commit it does nothing
	used := copy(loan.Data, "written where readers will look at it")
	if err := loan.Commit(used); err != nil {
		log.Fatal(err)
	}
}

func ExampleWaitAny() {
	var channels []*shmbroker.Channel
	for _, name := range []string{"orders", "quotes"} {
		channel, err := shmbroker.Open(name, &shmbroker.Options{Access: shmbroker.Read})
		if err != nil {
			log.Fatal(err)
		}
		defer channel.Close()
		channels = append(channels, channel)
	}
	index, err := shmbroker.WaitAny(context.Background(), channels...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("channel", index, "has something to read")
}
