package database_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestManyFirstStartsOnOneFileFillItOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "many.db")
	var group sync.WaitGroup
	var filled atomic.Int64
	for range 8 {
		group.Go(func() {
			db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			err = db.Prepare(t.Context(), resources(2), func(context.Context, *database.DB) error { filled.Add(1); return nil })
			if err != nil {
				t.Error(err)
				return
			}
			if got := rows(t, db); got != 1 {
				t.Errorf("%d rows, want 1", got)
			}
		})
	}
	group.Wait()
	if filled.Load() != 1 {
		t.Errorf("filled %d times", filled.Load())
	}
}

func TestFirstStartThatIsCancelledLateFailsOrIsComplete(t *testing.T) {
	t.Parallel()
	for range 20 {
		db, err := database.Open(database.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ended.db"), MaxConnections: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ctx, cancel := context.WithCancel(t.Context())
		err = db.Prepare(ctx, resources(2), func(ctx context.Context, fresh *database.DB) error {
			tx, err := fresh.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "insert into note values (7)"); err != nil {
				return err
			}
			go cancel() // at any time from now on
			return tx.Commit()
		})
		if err != nil {
			continue // then the next start begins again
		}
		if got := rows(t, db); got != 2 {
			t.Errorf("%d rows, want 2", got)
		}
	}
}

func TestFirstStartThatFailedIsRepeated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "again.db")
	db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	broken := errors.New("broken")
	for _, want := range []error{broken, nil} {
		err := db.Prepare(t.Context(), resources(2), func(context.Context, *database.DB) error { return want })
		if !errors.Is(err, want) {
			t.Errorf("Prepare = %v, want %v", err, want)
		}
	}
	if got := rows(t, db); got != 1 {
		t.Errorf("%d rows, want 1", got)
	}
}
