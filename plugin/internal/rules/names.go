package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Head is a ConfigMap or Secret that has versions, as pod templates name it: configmap/app-config.
type Head struct {
	// Kind is "ConfigMap" or "Secret".
	Kind string
	Name string
}

func (h Head) String() string { return strings.ToLower(h.Kind) + "/" + h.Name }

// Resource is how the API's paths name the kind.
func (h Head) Resource() string { return strings.ToLower(h.Kind) + "s" }

// IsSecret says whether its values are nobody's business.
func (h Head) IsSecret() bool { return h.Kind == "Secret" }

// Version is the object that keeps this version of the head.
func (h Head) Version(version string) Head { return Head{h.Kind, h.Name + "-" + version} }

// Label is the value of lockstep.dev/head: the name, shortened where a label can't hold it.
func (h Head) Label() string {
	if len(h.Name) <= 63 {
		return h.Name
	}
	sum := sha256.Sum256([]byte(h.Name))
	return h.Name[:52] + "-" + hex.EncodeToString(sum[:])[:10]
}

// ParseHead reads configmap/app-config.
func ParseHead(text string) (Head, bool) {
	kind, name, found := strings.Cut(text, "/")
	if !found || !IsName(name) {
		return Head{}, false
	}
	switch kind {
	case "configmap":
		return Head{"ConfigMap", name}, true
	case "secret":
		return Head{"Secret", name}, true
	}
	return Head{}, false
}

var (
	subdomain = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	version   = regexp.MustCompile(`^v([0-9]{3}|[1-9][0-9]{3,6})$`)
	suffixed  = regexp.MustCompile(`^(.+)-(v[0-9]{3,7})$`)
	typed     = regexp.MustCompile(`^v?([0-9]{1,7})$`)
)

// IsName says whether an object can have that name.
func IsName(name string) bool { return len(name) <= 253 && subdomain.MatchString(name) }

// IsVersion says whether it looks like v003.
func IsVersion(text string) bool { return version.MatchString(text) }

// ParseVersion reads what people write for v003: v3, 3, 003.
func ParseVersion(text string) (string, error) {
	match := typed.FindStringSubmatch(text)
	if match == nil {
		return "", fmt.Errorf("%q is no version; versions look like v000", text)
	}
	number, err := strconv.Atoi(match[1])
	if err != nil {
		return "", fmt.Errorf("%q is no version; versions look like v000", text)
	}
	return fmt.Sprintf("v%03d", number), nil
}

// Number of a version: 3 of v003; -1 of what is none.
func Number(version string) int {
	if !IsVersion(version) {
		return -1
	}
	number, err := strconv.Atoi(version[1:])
	if err != nil {
		return -1
	}
	return number
}

// SplitVersion takes app-config-v003 apart.
func SplitVersion(name string) (head, version string, ok bool) {
	match := suffixed.FindStringSubmatch(name)
	if match == nil || !IsVersion(match[2]) {
		return "", "", false
	}
	return match[1], match[2], true
}

// Bindings say which head is bound to which version: configmap/app-config=v001,secret/app-secret=v000.
type Bindings map[Head]string

// ParseBindings reads the annotation; what can't be read is left out.
func ParseBindings(text string) Bindings {
	bindings := Bindings{}
	for _, entry := range strings.Split(text, ",") {
		name, number, found := strings.Cut(entry, "=")
		if head, ok := ParseHead(name); found && ok && IsVersion(number) {
			bindings[head] = number
		}
	}
	return bindings
}

// ParseHeads reads configmap/app-config,secret/x; what can't be read is left out.
func ParseHeads(text string) []Head {
	var heads []Head
	for _, entry := range strings.Split(text, ",") {
		if head, ok := ParseHead(entry); ok {
			heads = append(heads, head)
		}
	}
	return heads
}

// SortHeads sorts as the annotations do.
func SortHeads(heads []Head) {
	sort.Slice(heads, func(i, j int) bool { return heads[i].String() < heads[j].String() })
}
