package config

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Size is a number of bytes: 65536, or "64 KiB".
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}}

// UnmarshalJSON takes a number or a text with a unit.
func (s *Size) UnmarshalJSON(text []byte) error {
	var number int64
	if json.Unmarshal(text, &number) == nil && number >= 0 {
		*s = Size(number)
		return nil
	}
	var words string
	if json.Unmarshal(text, &words) == nil {
		for _, unit := range sizeUnits {
			count, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(words, unit.name)), 10, 40)
			if err == nil && count >= 0 && strings.HasSuffix(words, unit.name) {
				*s = Size(count * unit.bytes)
				return nil
			}
		}
	}
	return fmt.Errorf(`a size is a number of bytes, or a text such as "64 KiB", not %s`, text)
}

// A Duration is a text such as "250 ms" or "5 s".
type Duration time.Duration

// UnmarshalJSON takes what time.ParseDuration does, with blanks in it.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var words string
	if json.Unmarshal(text, &words) == nil {
		value, err := time.ParseDuration(strings.ReplaceAll(words, " ", ""))
		if err == nil && value > 0 {
			*d = Duration(value)
			return nil
		}
	}
	return fmt.Errorf(`a duration is a text such as "250 ms" or "5 s", not %s`, text)
}
