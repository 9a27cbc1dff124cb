package gbdt

// dict is the members of an object, in the order in which they came. The zero dict is empty,
// and so is nil. The objects of a model have few members, which are looked through faster than
// a map; a hostile file's may have many, which are not.
type dict struct {
	members []keyed
	places  map[string]int // in members; nil while there are few
}

type keyed struct {
	key   string
	value *value
}

// few is how many members are looked through one by one.
const few = 24

// find returns the value of a key, nil if there is none.
func (d *dict) find(key string) *value {
	if d == nil {
		return nil
	}
	if d.places != nil {
		if at, ok := d.places[key]; ok {
			return d.members[at].value
		}
		return nil
	}
	for i := range d.members {
		if d.members[i].key == key {
			return d.members[i].value
		}
	}
	return nil
}

// add adds a key, which must be new.
func (d *dict) add(key string, v *value) {
	d.members = append(d.members, keyed{key, v})
	switch n := len(d.members); {
	case d.places != nil:
		d.places[key] = n - 1
	case n > few:
		d.places = make(map[string]int)
		for i := range d.members {
			d.places[d.members[i].key] = i
		}
	}
}
