package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// PrintJSON prints a value as JSON. What isn't plainly visible is escaped, so that it can be looked at on a terminal.
func PrintJSON(out io.Writer, value any) error {
	text, err := indented(value)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, visible(text)+"\n")
	return err
}

func indented(value any) (string, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(buffer.String(), "\n"), nil
}

// In JSON, only strings hold anything that isn't visible, but for the line ends between values.
func visible(text string) string {
	var result strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			result.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&result, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(&result, `\u%04x`, r)
		}
	}
	return result.String()
}

// PrintYAML prints a value as YAML, with the fields in the order that they have as JSON.
func PrintYAML(out io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	node, err := decode(decoder)
	if err != nil {
		return err
	}
	var result strings.Builder
	writeYAML(&result, node, 0, false)
	_, err = io.WriteString(out, strings.TrimPrefix(result.String(), "\n"))
	return err
}

type field struct {
	key   string
	value any
}

// decode reads a value: []field, []any, or a scalar. encoding/json forgets in which order fields were.
func decode(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := []field{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := decode(decoder)
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			object = append(object, field{name, value})
		}
		_, err = decoder.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := decode(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = decoder.Token()
		return list, err
	}
	return token, nil
}

var plainYAML = regexp.MustCompile(`^[A-Za-z][-A-Za-z0-9_/.]*$`)
var reserved = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

func writeYAML(out *strings.Builder, node any, depth int, inList bool) {
	indent := strings.Repeat("  ", depth)
	switch typed := node.(type) {
	case []field:
		if len(typed) == 0 {
			out.WriteString(" {}\n")
			return
		}
		for i, f := range typed {
			switch {
			case inList && i == 0:
				out.WriteString(" ")
			case i == 0:
				out.WriteString("\n" + indent)
			default:
				out.WriteString(indent)
			}
			out.WriteString(scalar(f.key) + ":")
			next := depth + 1
			if _, isList := f.value.([]any); isList {
				next = depth
			}
			writeYAML(out, f.value, next, false)
		}
	case []any:
		if len(typed) == 0 {
			out.WriteString(" []\n")
			return
		}
		out.WriteString("\n")
		for _, item := range typed {
			out.WriteString(indent + "-")
			writeYAML(out, item, depth+1, true)
		}
	default:
		out.WriteString(" " + scalar(typed) + "\n")
	}
}

func scalar(value any) string {
	switch typed := value.(type) {
	case nil:
		return "null"
	case string:
		if plainYAML.MatchString(typed) && !reserved[strings.ToLower(typed)] {
			return typed
		}
		return doubleQuoted(typed)
	case bool:
		return strconv.FormatBool(typed)
	}
	return fmt.Sprint(value)
}

// A double-quoted scalar of YAML escapes as JSON does, but has no surrogates.
func doubleQuoted(text string) string {
	var result strings.Builder
	result.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			result.WriteRune('\\')
			result.WriteRune(r)
		case r == '\n':
			result.WriteString(`\n`)
		case unicode.IsPrint(r):
			result.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&result, `\U%08x`, r)
		default:
			fmt.Fprintf(&result, `\u%04x`, r)
		}
	}
	result.WriteByte('"')
	return result.String()
}
