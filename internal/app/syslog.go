package app

import (
	"log/slog"
	"os"

	"example.com/templatesite/internal/logging"
)

type syslogAddress string

func parseSyslogAddress(text string) (syslogAddress, error) {
	if text == "" {
		return "", nil
	}
	_, err := logging.SyslogURL(text)
	return syslogAddress(text), err
}

// addSyslog adds the syslog server, if the settings name one.
func (all *sinks) addSyslog(c *config, name string) error {
	if c.SyslogAddress == "" {
		return nil
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	syslog, err := logging.NewSyslog(string(c.SyslogAddress), name, host, os.Getpid())
	if err != nil {
		return err
	}
	*all = append(*all, sink{"syslog", syslog.Handler(slog.LevelInfo), syslog.Dropped, syslog.Close})
	return nil
}
