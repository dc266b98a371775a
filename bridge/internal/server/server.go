// Package server connects to NATS as the configuration says.
package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
)

// Config is short for the whole configuration.
type Config = config.Config

// How soon a server that has gone silent is noticed: two questions of this interval stay without an answer.
const pingInterval = 5 * time.Second

// Connect connects once. closed is called when the connection has ended, which never comes back: whoever needs one
// connects again. So what was sent into the old one can't be mixed with what goes into the new one. now is the clock by
// which a certificate is valid or not.
func Connect(config *Config, now func() time.Time, closed func(error)) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("shmbridge " + config.Site),
		nats.NoReconnect(),
		nats.Timeout(time.Duration(config.NATS.Timeout)),
		nats.PingInterval(pingInterval),
		nats.MaxPingsOutstanding(2),
		nats.ClosedHandler(func(conn *nats.Conn) { closed(conn.LastError()) }),
		// Of a message that is lost since its channel is full, the link itself tells.
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	}
	for _, find := range []func(*Config) (nats.Option, error){
		credentials, func(config *Config) (nats.Option, error) { return encryption(config, now) },
	} {
		option, err := find(config)
		if err != nil {
			return nil, err
		}
		if option != nil {
			options = append(options, option)
		}
	}
	conn, err := nats.Connect(strings.Join(config.NATS.Servers, ","), options...)
	if err != nil {
		return nil, explained(config, err)
	}
	return conn, nil
}

// explained says what to do about a failure.
func explained(config *Config, err error) error {
	servers := strings.Join(config.NATS.Servers, ", ")
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%s: its certificate is not valid at this time; see that the clock of this machine is right: %v",
			servers, err)
	case errors.As(err, &authority):
		return fmt.Errorf("%s: its certificate is of an authority that is not trusted; see nats.tls.ca: %v", servers, err)
	case errors.Is(err, nats.ErrAuthorization) || strings.Contains(strings.ToLower(err.Error()), "authorization"):
		return fmt.Errorf("%s refuses the credentials (%s); see \"nats\" in the configuration", servers, way(config))
	case errors.Is(err, nats.ErrNoServers):
		return fmt.Errorf("%s: no server answers there", servers)
	}
	return fmt.Errorf("%s: %w", servers, err)
}

// way tells which credentials are used, and not what is in them.
func way(config *Config) string {
	nats := config.NATS
	switch {
	case nats.User != "":
		return "user '" + nats.User + "'"
	case nats.TokenFile != "":
		return "a token"
	case nats.NKeyFile != "":
		return "an NKey"
	case nats.CredsFile != "":
		return "a credentials file"
	}
	return "none are given"
}

func credentials(config *Config) (nats.Option, error) {
	for _, each := range []struct {
		file   string
		option func(path, secret string) (nats.Option, error)
	}{
		{config.NATS.PasswordFile, func(_, secret string) (nats.Option, error) {
			return nats.UserInfo(config.NATS.User, secret), nil
		}},
		{config.NATS.TokenFile, func(_, secret string) (nats.Option, error) { return nats.Token(secret), nil }},
		{config.NATS.NKeyFile, func(path, _ string) (nats.Option, error) { return nats.NkeyOptionFromSeed(path) }},
		{config.NATS.CredsFile, func(path, _ string) (nats.Option, error) { return nats.UserCredentials(path), nil }},
	} {
		if each.file == "" {
			continue
		}
		path := inFolder(config, each.file)
		if err := checkPrivate(path); err != nil {
			return nil, err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return each.option(path, strings.TrimSpace(string(content)))
	}
	return nil, nil
}

func inFolder(config *Config, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(config.Folder, path)
}

func encryption(config *Config, now func() time.Time) (nats.Option, error) {
	from := config.NATS.TLS
	if from == nil {
		return nil, nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, Time: now}
	if from.CA != "" {
		path := inFolder(config, from.CA)
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(content) {
			return nil, fmt.Errorf("%s has no certificate in PEM", path)
		}
	}
	if from.Cert != "" {
		key := inFolder(config, from.Key)
		if err := checkPrivate(key); err != nil {
			return nil, err
		}
		certificate, err := tls.LoadX509KeyPair(inFolder(config, from.Cert), key)
		if err != nil {
			return nil, err
		}
		settings.Certificates = []tls.Certificate{certificate}
	}
	return nats.Secure(settings), nil
}
