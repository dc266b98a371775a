//go:build windows

package console

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Text travels as UTF-16LE without a terminator.

// PutText puts UTF-16 where a message lies.
func PutText(memory []byte, units []uint16) {
	for i, unit := range units {
		binary.LittleEndian.PutUint16(memory[2*i:], unit)
	}
}

// BytesOf gives a text as it travels.
func BytesOf(text string) []byte {
	units := utf16.Encode([]rune(text))
	bytes := make([]byte, 2*len(units))
	PutText(bytes, units)
	return bytes
}

// AppendText appends the text of a message in UTF-8. What is no UTF-16, such as a last odd byte, becomes U+FFFD.
func AppendText(output, message []byte) []byte {
	for len(message) >= 2 {
		char := rune(binary.LittleEndian.Uint16(message))
		message = message[2:]
		if utf16.IsSurrogate(char) {
			second := rune(utf8.RuneError)
			if len(message) >= 2 {
				second = rune(binary.LittleEndian.Uint16(message))
			}
			if char = utf16.DecodeRune(char, second); char != utf8.RuneError {
				message = message[2:]
			}
		}
		output = utf8.AppendRune(output, char)
	}
	if len(message) != 0 {
		output = utf8.AppendRune(output, utf8.RuneError)
	}
	return output
}

// Lines reads lines of UTF-8.
type Lines struct {
	input *bufio.Reader
	count int
}

func NewLines(input io.Reader) *Lines { return &Lines{input: bufio.NewReader(input)} }

// Next gives the next line without its end, or io.EOF behind the last one.
func (l *Lines) Next() (string, error) {
	line, err := l.input.ReadBytes('\n')
	if err != nil && !(err == io.EOF && len(line) > 0) {
		return "", err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if l.count++; l.count == 1 {
		line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	}
	if !utf8.Valid(line) {
		return "", fmt.Errorf(
			"line %d of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with --binary", l.count)
	}
	return string(line), nil
}
