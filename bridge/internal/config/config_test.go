package config

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

const sound = `// A comment, and "quotes" in it.
{
  "site": "a", /* another
  one */
  "nats": { "servers": ["nats://127.0.0.1:4222"], "timeout": "2 s" },
  "rules": [
    { "topic": "ticks // no comment", "direction": "out", "subject": "{site}.{channel}", "max_message": "64 KiB" }
  ]
}`

func TestASoundConfiguration(t *testing.T) {
	for name, text := range map[string][]byte{"UTF-8": []byte(sound), "UTF-8 with a mark": []byte("\ufeff" + sound),
		"UTF-16": inUTF16(sound)} {
		config, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rule := config.Rules[0]
		if rule.Topic != "ticks // no comment" || rule.MaxMessage != 65536 || time.Duration(config.NATS.Timeout) != 2*time.Second {
			t.Errorf("%s: %+v", name, config)
		}
		if subject := config.Expand(rule.Subject, "line 7/x.y*"); subject != "a.line=207/x=2Ey=2A" {
			t.Errorf("the subject is %s", subject)
		}
	}
}

func inUTF16(text string) []byte {
	bytes := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		bytes = append(bytes, byte(unit), byte(unit>>8))
	}
	return bytes
}

func TestTheExampleIsSound(t *testing.T) {
	config, err := Load("../../shmbridge.json")
	if err != nil {
		t.Fatal(err)
	}
	if config.Site != "site1" || len(config.Rules) != 0 {
		t.Errorf("%+v", config)
	}
}

func TestWhatIsWrong(t *testing.T) {
	for rule, wanted := range map[string]string{
		`{"topic": "t", "direction": "out"}`:                                                                                   "line 1, column 63: /rules/0/subject: is missing",
		`{"topic": "t", "queue": "q", "direction": "out"}`:                                                                     "a rule has a topic, a queue or a block",
		`{"topic": "t", "direction": "up", "subject": "s"}`:                                                                    "/rules/0/direction: is \"out\"",
		`{"topic": "t", "direction": "out", "subject": "a.>"}`:                                                                 "a subject with * or > is for direction \"in\"",
		`{"topic": "t", "direction": "in", "subject": "a..b"}`:                                                                 "'a..b' is no subject",
		`{"topic": "t", "direction": "in", "subject": "$JS.x"}`:                                                                "what begins with $",
		`{"topic": "t*", "direction": "out", "subject": "s"}`:                                                                  "the subject needs {channel}",
		`{"topic": "t*", "direction": "in", "subject": "{channel}"}`:                                                           "a pattern such as 't*' is for direction \"out\"",
		`{"queue": "q", "direction": "out", "subject": "s"}`:                                                                   "a queue goes with a \"stream\"",
		`{"topic": "t", "direction": "both", "subject": "s", "stream": "S"}`:                                                   "with a stream each direction has a channel",
		`{"block": "b", "direction": "both", "bucket": "B", "key": "a b"}`:                                                     "/rules/0/key",
		`{"block": "b", "direction": "both", "key": "k"}`:                                                                      "/rules/0/bucket",
		`{"topic": "t", "direction": "out", "subject": "s", "start": "new"}`:                                                   "/rules/0/start",
		`{"topic": "t", "direction": "out", "subject": "s", "max_rate": -1}`:                                                   "is negative",
		`{"topic": "t", "direction": "out", "subject": "s", "colour": 1}`:                                                      "/rules/0/colour is not known here",
		`{"topic": "t", "direction": "out", "subject": "s", "stream": "S", "batch": true}`:                                     "/rules/0/batch",
		`{"topic": "t", "direction": "in", "subject": "s", "spool": {"max_bytes": "1 MiB"}}`:                                   "is for a topic or a queue that goes \"out\"",
		`{"topic": "t", "direction": "out", "subject": "s", "spool": {"max_bytes": 1000}}`:                                     "/rules/0/spool/max_bytes: is 65536 to",
		`{"topic": "t", "direction": "out", "subject": "s", "spool": {"max_bytes": 99999, "colour": 1}}`:                       "/rules/0/spool/colour is not known here",
		`{"topic": "t", "topic": "u", "direction": "out", "subject": "s"}`:                                                     "/rules/0/topic is given twice",
		`{"topic": "t", "direction": "out", "subject": 7}`:                                                                     "subject is a string, not a number",
		`{"topic": "t", "direction": "out", "subject": "s", "max_message": "much"}`:                                            "a size is a number of bytes",
		`{"topic": "t", "direction": "out", "subject": "s"`:                                                                    "this is no JSON",
		`{"topic": "t", "direction": "in", "subject": "s", "stream": "S"}, {"topic": "t", "direction": "out", "subject": "u"}`: "that would be a loop",
		`{"topic": "t", "direction": "in", "subject": "s"}, {"topic": "t", "direction": "in", "subject": "u"}`:                 "another rule is called",
	} {
		text := fmt.Sprintf(`{"site": "a", "nats": {"servers": ["nats://h:1"]}, "rules": [%s]}`, rule)
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s\n  gives  %v\n  and not %s", rule, err, wanted)
		}
	}
}

func TestWhatIsWrongElsewhere(t *testing.T) {
	for text, wanted := range map[string]string{
		`{"site": "a b", "nats": {"servers": ["nats://h:1"]}}`:                                    "/site: a site has",
		`{"site": "a", "nats": {"servers": []}}`:                                                  "no server is named",
		`{"site": "a", "nats": {"servers": ["nats://u:p@h:1"]}}`:                                  "credentials are in files",
		`{"site": "a", "nats": {"servers": ["nats://h:1"], "user": "u"}}`:                         "go together",
		`{"site": "a", "nats": {"servers": ["nats://h:1"], "token_file": "t", "nkey_file": "n"}}`: "just one can be given",
		`{"site": "a", "nats": {"servers": ["nats://h:1"]}, "watch": {"http": "0.0.0.0:9422"}}`:   "is not on the loopback",
		`{"site": "a", "nats": {"servers": ["nats://h:1"]}, "log": {"level": "loud"}}`:            "is none of",
		`{"site": "a", "nats": {"servers": ["nats://h:1"], "retry_after": "soon"}}`:               "a duration is a text",
		`{"site": "a", "nats": {"servers": ["nats://h:1"]}} {}`:                                   "behind the closing brace",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s\n  gives  %v\n  and not %s", text, err, wanted)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, each := range []struct {
		pattern, name string
		matches       bool
	}{
		{"ticks", "ticks", true}, {"ticks", "tick", false}, {"line 7/*", "line 7/a/b", true}, {"*", "", true},
		{"t?cks", "ticks", true}, {"t?cks", "tcks", false}, {"a[b]*", "a[b]c", true}, {"a[b]*", "abc", false},
	} {
		if got := Matches(each.pattern, each.name); got != each.matches {
			t.Errorf("Matches(%q, %q) = %v", each.pattern, each.name, got)
		}
	}
}

// The schema knows what the program does.
func TestTheSchemaHasEveryMember(t *testing.T) {
	file, err := os.ReadFile("../../shmbridge.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema node
	if err := json.Unmarshal(file, &schema); err != nil {
		t.Fatal(err)
	}
	compare(t, "", reflect.TypeOf(Config{}), &schema)
}

type node struct {
	Properties map[string]*node
	Items      *node
}

func compare(t *testing.T, pointer string, kind reflect.Type, schema *node) {
	members := membersOf(kind)
	for name, member := range members {
		inner := schema.Properties[name]
		if inner == nil {
			t.Errorf("the schema has no %s/%s", pointer, name)
			continue
		}
		if list := element(member); list != nil && list.Kind() == reflect.Struct {
			compare(t, pointer+"/"+name, list, inner.Items)
		} else if membersOf(member) != nil {
			compare(t, pointer+"/"+name, member, inner)
		}
	}
	for name := range schema.Properties {
		if _, known := members[name]; !known {
			t.Errorf("the schema has %s/%s, which nothing reads", pointer, name)
		}
	}
}
