package web

import (
	"encoding/binary"
	"testing"
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
