// Package ui prints. Whatever comes from the API server was written by somebody, who may want to be taken for somebody
// else: nothing of it reaches a terminal before it went through Word or Text.
package ui

import (
	"strconv"
	"strings"
	"unicode"
)

// Word is text that has to be told from what stands around it, as the name of an object: whatever isn't plainly
// visible, spaces included, makes it a quoted string.
func Word(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) || unicode.IsSpace(r) || r == '"' || r == unicode.ReplacementChar {
			return strconv.Quote(text)
		}
	}
	return text
}

// Text is text that may have spaces, as a line of a file: what a terminal would obey is escaped as Go does it.
func Text(text string) string {
	var result strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			result.WriteString("    ")
		case unicode.IsPrint(r) && r != unicode.ReplacementChar:
			result.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			result.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return result.String()
}

// Shorten takes runes out of the middle, until no more than most are left. Names differ at both ends.
func Shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most || most < 3 {
		return text
	}
	tail := most / 2
	head := most - tail - 1
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}

// User as people know it: a ServiceAccount without what is the same of all of them, and without its namespace where
// that is the one that is looked at.
func User(name, namespace string) string {
	rest, isAccount := strings.CutPrefix(name, "system:serviceaccount:")
	if !isAccount {
		return Word(name)
	}
	where, account, found := strings.Cut(rest, ":")
	if !found {
		return Word(name)
	}
	// Nobody else can look like that: a user's name with a space in it is quoted.
	if where == namespace {
		return "sa " + Word(account)
	}
	return "sa " + Word(where+"/"+account)
}

// Image without its registry and with the beginning of its digest.
func Image(image string) string {
	name := image[strings.LastIndexByte(image, '/')+1:]
	if at := strings.IndexByte(name, '@'); at >= 0 {
		tagged, digest := name[:at], strings.TrimPrefix(name[at+1:], "sha256:")
		if len(digest) > 7 {
			digest = digest[:7]
		}
		if strings.Contains(tagged, ":") {
			return Word(tagged)
		}
		return Word(tagged + "@" + digest)
	}
	return Word(name)
}

// Plural is "1 workload" and "2 workloads".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// And joins words as a sentence does.
func And(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
