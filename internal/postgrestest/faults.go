package postgrestest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Stop stops the server in one of pg_ctl's modes, fast or immediate, and waits until it has
// ended.
func (s *Server) Stop(mode string) error {
	return s.run(context.Background(), "pg_ctl", "-D", s.data(), "-w", "-m", mode, "stop")
}

// Freeze suspends every process of the server: connections stay open, but nothing answers.
func (s *Server) Freeze() error {
	// The main process comes first, since it starts the others.
	if err := exec.Command("kill", "-STOP", strconv.Itoa(s.cmd.Process.Pid)).Run(); err != nil {
		return err
	}
	return s.signal("STOP")
}

// Thaw resumes a frozen server.
func (s *Server) Thaw() error { return s.signal("CONT") }

// Kill ends every process of the server at once, as if its machine had failed.
func (s *Server) Kill() error {
	if err := s.Freeze(); err != nil {
		return err
	}
	err := s.signal("KILL")
	<-s.ended
	return err
}

// signal sends a signal to the server and to its children, which have their own process groups.
func (s *Server) signal(name string) error {
	server := strconv.Itoa(s.cmd.Process.Pid)
	children, err := exec.Command("pgrep", "-P", server).Output()
	if err != nil {
		return fmt.Errorf("pgrep: %w", err)
	}
	return exec.Command("kill", append([]string{"-" + name, server}, strings.Fields(string(children))...)...).Run()
}

// Close stops the server and removes its data.
func (s *Server) Close() error {
	if s.cmd != nil {
		_ = s.Thaw() // it may have ended already
		_ = s.Stop("immediate")
		<-s.ended
	}
	return os.RemoveAll(s.dir)
}
