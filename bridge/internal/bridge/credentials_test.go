package bridge

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"shmbridge/internal/natstest"
)

// expectCredentials gives a bridge wrong credentials, then ones that others may read, and then the right ones. member: of
// the configuration, with the file's name. secrets: what must not be shown.
func expectCredentials(t *testing.T, server *natstest.Server, member, shown, wrong, right string, secrets ...string) {
	s := siteWithTicks(t)
	nats := fmt.Sprintf(`{"servers": [%q], %s, "retry_at_most": "300 ms"}`, server.URL(), member)
	for _, each := range []struct {
		content string
		mode    os.FileMode
		trouble string
	}{
		{wrong, 0o600, "refuses the credentials (" + shown + ")"},
		{right, 0o644, "has a secret, and others may read it"},
		{right, 0o600, ""},
	} {
		s.secret("secret", each.content, each.mode)
		s.startWith(nats, anyRule, `"log": {"level": "debug"},`)
		eventually(t, "the bridge says: "+each.trouble, func() bool {
			status := s.bridge.Status()
			return strings.Contains(status.Trouble, each.trouble) && status.Connected == (each.trouble == "")
		})
		s.stop()
	}
	const broken = "SUbroken-and-not-to-be-shown"
	s.secret("secret", broken, 0o600)
	s.startWith(nats, anyRule)
	eventually(t, "the bridge says that something is wrong", func() bool { return s.bridge.Status().Trouble != "" })
	s.stop()
	status := s.bridge.Status()
	asJSON, _ := json.Marshal(status)
	for _, secret := range append(secrets, broken) {
		if text := s.logged() + status.Table() + status.Metrics() + string(asJSON); strings.Contains(text, secret) {
			t.Errorf("'%s' is shown:\n%s", secret, text)
		}
	}
}

func TestAPassword(t *testing.T) {
	const secret = "do-not-show-it"
	server := natstest.Start(t, `authorization { user: plant, password: "`+secret+`" }`)
	expectCredentials(t, server, `"user": "plant", "password_file": "secret"`, "user 'plant'", "wrong-"+secret, secret+"\r\n",
		secret)
}

func TestAToken(t *testing.T) {
	const secret = "do-not-show-it"
	server := natstest.Start(t, `authorization { token: "`+secret+`" }`)
	expectCredentials(t, server, `"token_file": "secret"`, "a token", "wrong-"+secret, secret+"\n", secret)
}

// A key is a pair of keys of NATS.
type key struct {
	nkeys.KeyPair
	public, seed string
}

func newKey(t *testing.T, make func() (nkeys.KeyPair, error)) key {
	t.Helper()
	pair, err := make()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	return key{pair, public, string(seed)}
}

func TestAnNKey(t *testing.T) {
	right, wrong := newKey(t, nkeys.CreateUser), newKey(t, nkeys.CreateUser)
	server := natstest.Start(t, `authorization { users: [ { nkey: `+right.public+` } ] }`)
	expectCredentials(t, server, `"nkey_file": "secret"`, "an NKey", wrong.seed+"\n", right.seed+"\n", right.seed, wrong.seed)
}

// token makes what NATS calls a JWT.
func (k key) token(t *testing.T, subject, kind string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	claims, err := json.Marshal(map[string]any{
		"jti": subject, "iat": time.Now().Unix(), "iss": k.public, "sub": subject, "name": kind,
		"nats": map[string]any{
			"type": kind, "version": 2, "subs": -1, "data": -1, "payload": -1,
			"limits": map[string]any{"subs": -1, "data": -1, "payload": -1, "conn": -1, "leaf": -1, "imports": -1, "exports": -1,
				"wildcards": true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := encode([]byte(`{"typ":"JWT","alg":"ed25519-nkey"}`)) + "." + encode(claims)
	signature, err := k.Sign([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(signature)
}

func TestACredentialsFile(t *testing.T) {
	operator, account := newKey(t, nkeys.CreateOperator), newKey(t, nkeys.CreateAccount)
	server := natstest.StartWithoutJetStream(t, fmt.Sprintf("operator: %s\nresolver: MEMORY\nresolver_preload: { %s: %s }\n",
		operator.token(t, operator.public, "operator"), account.public, operator.token(t, account.public, "account")))
	file := func(by, user key) string {
		return fmt.Sprintf("-----BEGIN NATS USER JWT-----\n%s\n------END NATS USER JWT------\n\n"+
			"-----BEGIN USER NKEY SEED-----\n%s\n------END USER NKEY SEED------\n", by.token(t, user.public, "user"), user.seed)
	}
	right, wrong := newKey(t, nkeys.CreateUser), newKey(t, nkeys.CreateUser)
	stranger := newKey(t, nkeys.CreateAccount)
	expectCredentials(t, server, `"creds_file": "secret"`, "a credentials file", file(stranger, wrong), file(account, right),
		right.seed, wrong.seed)
}
