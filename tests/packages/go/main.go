// A program of a stranger.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

func main() {
	toRead := &shmbroker.Options{Access: shmbroker.Read}
	if _, err := shmbroker.Open("nowhere", toRead); !errors.Is(err, shmbroker.ErrNotFound) {
		log.Fatal(err)
	}
	create := &shmbroker.Options{Access: shmbroker.Write, Create: true, Kind: shmbroker.Queue, Capacity: 4096}
	writer, err := shmbroker.Open("go", create)
	if err != nil {
		log.Fatal(err)
	}
	defer writer.Close()
	reader, err := shmbroker.Open("go", toRead)
	if err != nil {
		log.Fatal(err)
	}
	defer reader.Close()
	fmt.Fprint(writer, "Hello")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	buffer := make([]byte, 64)
	n, _, err := reader.Read(ctx, buffer)
	if err != nil || string(buffer[:n]) != "Hello" {
		log.Fatalf("%q, %v", buffer[:n], err)
	}
	fmt.Println("1 passed, 0 failed")
}
