package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"botnetdetect/behaviour"
)

// manners are the names of behaviour's manners.
var manners = func() (names []string) {
	for m := range behaviour.Manners {
		names = append(names, m.String())
	}
	return names
}()

// appendBehaviour appends what a record of mode behaviour has instead of traffic.
func appendBehaviour(b []byte, e *Example) []byte {
	b = append(b, `,"host":`...)
	b = appendString(b, e.Host)
	b = append(b, `,"manner":`...)
	b = appendString(b, e.Manner)
	b = append(b, `,"behaviour":{`...)
	for i, f := range behaviour.All() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.Name)
		b = append(b, ':')
		b = strconv.AppendFloat(b, e.Behaviour[i], 'g', -1, 64)
	}
	return append(b, "}}"...)
}

// addBehaviour takes a record that has every behavioural feature, and no other.
func (b *builder) addBehaviour(rec record) error {
	if rec.Traffic != nil {
		return errors.New("it has both traffic and behaviour")
	}
	values := make([]float64, len(behaviour.All()))
	for i, f := range behaviour.All() {
		value, ok := rec.Behaviour[f.Name]
		if !ok {
			return fmt.Errorf("it has no feature %s; dump the captures again with this version", f.Name)
		}
		values[i] = value
	}
	if n := len(rec.Behaviour); n != len(values) {
		return fmt.Errorf("%d features, want the %d of this version; dump the captures again", n, len(values))
	}
	return b.keepBehaviour(Example{
		Botnet: *rec.Label == 1, Src: rec.Src, Dst: rec.Dst, Capture: rec.Capture, Source: rec.Source,
		Host: rec.Host, Manner: rec.Manner, Behaviour: values,
	})
}

func (b *builder) keepBehaviour(e Example) error {
	at := slices.Index(manners, e.Manner)
	if at < 0 {
		return fmt.Errorf("manner is %.20q, want one of %v", e.Manner, manners)
	}
	e.Manner = manners[at]
	for i, value := range e.Behaviour {
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return fmt.Errorf("%s is not finite", behaviour.All()[i].Name)
		}
	}
	return b.keep(e)
}
