package config

import (
	"fmt"
	"path"
	"strings"
)

// HasPattern tells whether a channel's name is a pattern of several.
func HasPattern(name string) bool { return strings.ContainsAny(name, "*?") }

// Matches tells whether a channel's name is of a pattern: '*' is any text, '/' too, and '?' one character.
func Matches(pattern, name string) bool {
	if !HasPattern(pattern) {
		return pattern == name
	}
	// path.Match keeps '*' from matching '/', and knows classes and escapes, which are none here.
	escape := strings.NewReplacer("/", "\x00", `\`, "\x01", "[", "\x02")
	matched, err := path.Match(escape.Replace(pattern), escape.Replace(name))
	return err == nil && matched
}

// Expand puts site and channel into a subject or a key.
func (c *Config) Expand(template, channel string) string {
	return strings.NewReplacer("{site}", c.Site, "{channel}", Token(channel)).Replace(template)
}

// Token makes one token of a subject from a channel's name: what no token may have becomes =XX.
func Token(name string) string {
	var token strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '/' {
			token.WriteByte(c)
		} else {
			fmt.Fprintf(&token, "=%02X", c)
		}
	}
	return token.String()
}

// ExpandAll gives the subject of all channels of a pattern.
func (c *Config) ExpandAll(template string) string {
	tokens := strings.Split(strings.ReplaceAll(template, "{site}", c.Site), ".")
	for i, token := range tokens {
		if strings.Contains(token, "{channel}") {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, ".")
}
