package protocol

import (
	"fmt"
	"sync"
)

// MaxNames is how many names a Vocabulary can hold; tshark has about 3,000.
const MaxNames = 1 << 15

// Vocabulary maps protocol names to IDs and back. It begins with the names that
// the native engine gives, with the same IDs in every Vocabulary; names that only
// tshark gives are added as they come. Safe for concurrent use.
type Vocabulary struct {
	mu    sync.RWMutex
	names []string
	ids   map[string]ID
}

// NewVocabulary returns a vocabulary that holds the native engine's names.
func NewVocabulary() *Vocabulary {
	v := &Vocabulary{ids: make(map[string]ID, 2*len(native))}
	for _, name := range native {
		v.add(name)
	}
	for _, name := range native {
		v.add("GTP_<" + name + ">") // as inGTP numbers them
	}
	return v
}

func (v *Vocabulary) add(name string) ID {
	id := ID(len(v.names))
	v.names = append(v.names, name)
	v.ids[name] = id
	return id
}

// Name returns the name of id, or "" if v never gave that ID.
func (v *Vocabulary) Name(id ID) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if int(id) < len(v.names) {
		return v.names[id]
	}
	return ""
}

// Intern returns the ID of name, adding it if it is new. The error says that the
// vocabulary is full.
func (v *Vocabulary) Intern(name string) (ID, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if id, ok := v.ids[name]; ok {
		return id, nil
	}
	if len(v.names) == MaxNames {
		return 0, fmt.Errorf("cannot add protocol name %q: %d names is the limit", name, MaxNames)
	}
	return v.add(name), nil
}

// Len returns how many names v holds.
func (v *Vocabulary) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.names)
}
