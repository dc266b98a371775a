package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// Problems are all that is wrong with a configuration, one a line.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "\n") }

// Load reads and checks a file. An error names all that is wrong, each with its place.
func Load(path string) (*Config, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w; shmbridge run --config FILE names another file", err)
	}
	config, err := Parse(file)
	var problems Problems
	if errors.As(err, &problems) {
		for i := range problems {
			problems[i] = path + ": " + problems[i]
		}
		return nil, problems
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	config.Folder, err = filepath.Abs(filepath.Dir(path))
	return config, err
}

// Parse checks the text of a configuration.
func Parse(file []byte) (*Config, error) {
	text := decoded(file)
	plain := withoutComments(text)
	places, problems := scan(plain)
	if len(problems) > 0 {
		return nil, problems
	}
	config := &Config{}
	if err := json.Unmarshal(plain, config); err != nil {
		return nil, Problems{typeProblem(text, err)}
	}
	config.fillDefaults()
	for _, each := range config.check() {
		problems = append(problems, each.at(text, places))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return config, nil
}

func typeProblem(text []byte, err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s: %s is a %s, not a %s", place(text, kind.Offset), kind.Field, kind.Type, kind.Value)
	}
	return err.Error()
}

// scan finds the offset of each value by its JSON pointer, and members that are unknown or given twice.
func scan(plain []byte) (map[string]int64, Problems) {
	scanner := scanner{decoder: json.NewDecoder(bytes.NewReader(plain)), text: plain, places: map[string]int64{}}
	err := scanner.value("", reflect.TypeOf(Config{}))
	if err == nil && scanner.decoder.More() {
		err = errors.New("there is something behind the closing brace")
	}
	if err != nil {
		scanner.note(scanner.decoder.InputOffset(), "this is no JSON: "+err.Error())
	}
	return scanner.places, scanner.problems
}

type scanner struct {
	decoder  *json.Decoder
	text     []byte
	places   map[string]int64
	problems Problems
}

func (s *scanner) note(offset int64, what string) {
	s.problems = append(s.problems, place(s.text, offset)+": "+what)
}

// value reads one value. known: the type that says which members there are; nil: it does not matter.
func (s *scanner) value(pointer string, known reflect.Type) error {
	token, err := s.decoder.Token()
	if err != nil {
		return err
	}
	s.places[pointer] = s.decoder.InputOffset()
	switch token {
	case json.Delim('{'):
		return s.object(pointer, known)
	case json.Delim('['):
		for i := 0; s.decoder.More(); i++ {
			if err := s.value(pointer+"/"+strconv.Itoa(i), element(known)); err != nil {
				return err
			}
		}
		_, err = s.decoder.Token()
	}
	return err
}

func (s *scanner) object(pointer string, known reflect.Type) error {
	members := membersOf(known)
	for s.decoder.More() {
		token, err := s.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		offset := s.decoder.InputOffset()
		inner := pointer + "/" + name
		if _, twice := s.places[inner]; twice {
			s.note(offset, inner+" is given twice")
		}
		kind, isKnown := members[name]
		if members != nil && !isKnown {
			s.note(offset, inner+" is not known here; see shmbridge.schema.json")
		}
		if err := s.value(inner, kind); err != nil {
			return err
		}
	}
	_, err := s.decoder.Token()
	return err
}

func element(list reflect.Type) reflect.Type {
	if list == nil || list.Kind() != reflect.Slice {
		return nil
	}
	return list.Elem()
}

func membersOf(kind reflect.Type) map[string]reflect.Type {
	if kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind == nil || kind.Kind() != reflect.Struct {
		return nil
	}
	members := map[string]reflect.Type{}
	for i := 0; i < kind.NumField(); i++ {
		if name := kind.Field(i).Tag.Get("json"); name != "-" {
			members[name] = kind.Field(i).Type
		}
	}
	return members
}
