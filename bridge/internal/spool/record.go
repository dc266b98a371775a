package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"time"
)

// A record is a header, the id and the data. The header, in little-endian order:
//
//	size      4  of the whole record
//	sum       4  CRC-32C of what follows, which begins with the one of the record before
//	number    8
//	instance  8
//	sequence  8
//	time      8  in nanoseconds since 1970; 0: none
//	id        2  its length
const (
	headerSize = 42
	mostID     = 256
	chunkSize  = 256 << 10 // is read at once
	smallFile  = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func recordSize(entry Entry) int64 { return int64(headerSize + len(entry.ID) + len(entry.Data)) }

// encode appends a record to bytes, and gives the place behind it.
func encode(bytes []byte, entry Entry, at link) ([]byte, link) {
	begin := len(bytes)
	order := binary.LittleEndian
	bytes = order.AppendUint32(bytes, uint32(recordSize(entry)))
	bytes = order.AppendUint32(bytes, 0)
	bytes = order.AppendUint64(bytes, at.Number)
	bytes = order.AppendUint64(bytes, entry.Instance)
	bytes = order.AppendUint64(bytes, entry.Sequence)
	when := int64(0)
	if !entry.Time.IsZero() {
		when = entry.Time.UnixNano()
	}
	bytes = order.AppendUint64(bytes, uint64(when))
	bytes = order.AppendUint16(bytes, uint16(len(entry.ID)))
	bytes = append(append(bytes, entry.ID...), entry.Data...)
	record := bytes[begin:]
	sum := crc32.Update(at.Sum, castagnoli, record[8:])
	order.PutUint32(record[4:], sum)
	return bytes, link{at.Offset + int64(len(record)), at.Number + 1, sum}
}

// sizeOf gives the size of the record that begins here, or what a header has.
func sizeOf(bytes []byte) int64 {
	if len(bytes) < headerSize {
		return headerSize
	}
	return int64(binary.LittleEndian.Uint32(bytes))
}

// decode gives the record that begins here, and the place behind it. The entry's data are the bytes' own.
func decode(bytes []byte, at link) (Entry, link, error) {
	size := sizeOf(bytes)
	if size < headerSize || size > int64(len(bytes)) {
		return Entry{}, link{}, ErrDamaged
	}
	order, record := binary.LittleEndian, bytes[:size]
	sum := crc32.Update(at.Sum, castagnoli, record[8:])
	idEnd := headerSize + int64(order.Uint16(record[40:]))
	if order.Uint64(record[8:]) != at.Number || order.Uint32(record[4:]) != sum || idEnd > size {
		return Entry{}, link{}, ErrDamaged
	}
	entry := Entry{
		Position: Position{order.Uint64(record[16:]), order.Uint64(record[24:])},
		ID:       string(record[headerSize:idEnd]), Data: record[idEnd:],
	}
	if when := int64(order.Uint64(record[32:])); when != 0 {
		entry.Time = time.Unix(0, when)
	}
	return entry, link{at.Offset + size, at.Number + 1, sum}, nil
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) }
