package web

import (
	"encoding/binary"
	"testing"
	"time"
)

func TestAnswersAboutSecretsAreBounded(t *testing.T) {
	t.Parallel()
	var c answerCache
	for i := range 5 * rememberedAnswers {
		var h SecretHash
		binary.BigEndian.PutUint32(h[:], uint32(i))
		c.put(h, &answer{})
		if c.get(h) == nil {
			t.Fatal("the newest answer is missing")
		}
	}
	n := 0
	c.answers.Range(func(any, any) bool { n++; return true })
	if n == 0 || n > rememberedAnswers {
		t.Errorf("it holds %d answers", n)
	}
}

func TestCallerIsNotRememberedBeyondTheEndOfTheSecret(t *testing.T) {
	t.Parallel()
	var c Callers
	valid, ended, caller := HashSecret("valid"), HashSecret("ended"), new(Caller)
	c.Remember(valid, caller, time.Now().Add(time.Hour))
	c.Remember(ended, caller, time.Now())
	if c.Remembered(valid) != caller || c.Remembered(ended) != nil || c.known.get(valid).until.After(time.Now().Add(rememberedFor)) {
		t.Errorf("remembered are %v", &c.known)
	}
}
