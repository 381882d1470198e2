// Package dashboard shows in a browser what the commands show on a terminal. It is served on this machine alone, to who
// has the address with its token, with the rights of whoever started it.
package dashboard

import (
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
)

//go:embed page
var page embed.FS

// Server answers one browser of one person.
type Server struct {
	client    *cluster.Client
	namespace string
	context   string
	token     string
	host      string
	now       func() time.Time
}

// New makes a server for who has the token, which is random.
func New(client *cluster.Client, namespace, context string, now func() time.Time) (*Server, error) {
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	return &Server{client: client, namespace: namespace, context: context, token: hex.EncodeToString(secret), now: now}, nil
}

// Listen on loopback and nowhere else; on any free port for 0.
func Listen(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
}

// Serve answers until the listener is closed.
func (s *Server) Serve(listener net.Listener) *http.Server {
	s.host = listener.Addr().String()
	return &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
}

// URL that the browser is to open.
func (s *Server) URL() string { return "http://" + s.host + "/" + s.token + "/" }

// ServeHTTP answers a request that came to this machine's loopback, by its name, with the token; nothing else gets more
// than 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	rest, ok := s.authenticated(r)
	if !ok {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		s.get(w, r, rest)
	case http.MethodPost:
		if !s.isOurs(r) {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		s.post(w, r, rest)
	default:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

func protect(header http.Header) {
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// authenticated: a page elsewhere can make a browser call here by any name that it lets point to this machine, but it
// has no token, and can't change the name that the browser says.
func (s *Server) authenticated(r *http.Request) (string, bool) {
	_, port, _ := net.SplitHostPort(s.host)
	if r.Host != s.host && r.Host != "localhost:"+port {
		return "", false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return "", false
	}
	token, rest, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return rest, found && subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}

// isOurs: only the page itself can send JSON with this header to its own origin.
func (s *Server) isOurs(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	origin := r.Header.Get("Origin")
	return err == nil && kind == "application/json" && r.Header.Get("X-Lockstep") == "yes" && (origin == "" || origin == "http://"+r.Host)
}

var files = map[string]string{"": "index.html", "app.js": "app.js", "style.css": "style.css"}

func (s *Server) get(w http.ResponseWriter, r *http.Request, path string) {
	if file, known := files[path]; known {
		content, err := page.ReadFile("page/" + file)
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(file[strings.LastIndexByte(file, '.'):]))
		_, _ = w.Write(content)
		return
	}
	answers := map[string]func(*http.Request) (any, error){
		"api/namespaces": s.namespaces, "api/status": s.status, "api/workload": s.workload, "api/heads": s.heads, "api/history": s.history, "api/diff": s.diff,
	}
	s.answer(w, r, answers[path])
}

func (s *Server) post(w http.ResponseWriter, r *http.Request, path string) {
	answers := map[string]func(*http.Request) (any, error){"api/undo": s.undo, "api/reveal": s.reveal}
	s.answer(w, r, answers[path])
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, ask func(*http.Request) (any, error)) {
	if ask == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	result, err := ask(r)
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		result = map[string]string{"error": sentence(err)}
	}
	_ = json.NewEncoder(w).Encode(result)
}

func sentence(err error) string {
	var denial *cluster.Denied
	if errors.As(err, &denial) {
		return denial.Error()
	}
	return err.Error()
}

func body(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 64<<10))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
