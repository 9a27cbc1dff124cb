package alert

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"botnetdetect/live"
	"botnetdetect/packet"
)

// ecsFields is what the Elastic Common Schema 8.17 says of the fields that are used here
// (https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html). A field that takes one of
// a list of values has them; of event.type, only what both categories expect.
var ecsFields = map[string]func(any) error{
	"@timestamp": date, "message": matches("."), "ecs.version": matches(`^8\.\d+\.\d+$`),
	"event.kind": matches("^alert$"), "event.category": each(matches("^(network|intrusion_detection)$")), "event.type": each(matches("^(allowed|denied|info)$")),
	"event.module": matches("."), "event.dataset": matches(`^botnetdetect\.`), "event.action": matches("."), "event.id": matches("."),
	"event.start": date, "event.end": date, "event.risk_score": float,
	"rule.id": matches("."), "rule.name": matches("."), "rule.category": matches("."),
	"observer.product": matches("."), "observer.type": matches("^ids$"),
	"source.ip": address, "source.address": matches("."), "source.mac": matches(`^[0-9A-F]{2}(-[0-9A-F]{2}){5}$`),
	"related.ip": each(address), "network.community_id": each(matches("^1:")),
}

func date(x any) error {
	_, err := time.Parse(time.RFC3339Nano, fmt.Sprint(x))
	return err
}

func float(x any) error {
	if _, ok := x.(float64); !ok {
		return fmt.Errorf("%v is no number", x)
	}
	return nil
}

func each(check func(any) error) func(any) error {
	return func(x any) error {
		list, ok := x.([]any)
		if !ok {
			return fmt.Errorf("%v is no list", x)
		}
		for _, item := range list {
			if err := check(item); err != nil {
				return err
			}
		}
		return nil
	}
}

// checkECS checks a document, or an object in it, against ecsFields.
func checkECS(prefix string, document map[string]any) error {
	for key, x := range document {
		if prefix+key == "botnetdetect" {
			continue // ours
		}
		if inner, ok := x.(map[string]any); ok {
			if err := checkECS(prefix+key+".", inner); err != nil {
				return err
			}
			continue
		}
		check, ok := ecsFields[prefix+key]
		if !ok {
			return fmt.Errorf("the schema has no field %s%s", prefix, key)
		}
		if err := check(x); err != nil {
			return fmt.Errorf("%s%s: %w", prefix, key, err)
		}
	}
	return nil
}

func TestECSSchema(t *testing.T) {
	a := example(t)
	for _, change := range []func(){
		func() {},
		func() { a.Change, a.Flows = live.Expired, nil },
		func() { a.Host = endpoint(t, "02:00:5e:00:00:0f") },
	} {
		change()
		var document map[string]any
		if err := json.Unmarshal([]byte(records(t, ECS, a)[0]), &document); err != nil {
			t.Fatal(err)
		}
		if err := checkECS("", document); err != nil {
			t.Error(err)
		}
		for _, needed := range []string{"@timestamp", "ecs", "event"} {
			if document[needed] == nil {
				t.Errorf("there is no %s", needed)
			}
		}
	}
}

// zeekKinds is how Zeek writes values of the types that are used here, and "-" for none
// (https://docs.zeek.org/en/master/log-formats.html).
var zeekKinds = map[string]*regexp.Regexp{
	"time": regexp.MustCompile(`^\d+\.\d{6}$`), "string": regexp.MustCompile(`^[^\t\n]+$`), "double": regexp.MustCompile(`^-?\d+(\.\d+)?(e[+-]?\d+)?$`),
	"count": regexp.MustCompile(`^\d+$`), "addr": regexp.MustCompile(`^(-|[0-9a-f.:]+)$`),
	"set[addr]": regexp.MustCompile(`^(\(empty\)|[0-9a-f.:]+(,[0-9a-f.:]+)*)$`), "vector[string]": regexp.MustCompile(`^[^\t\n]+$`),
}

func checkZeek(t *testing.T, fields []string) {
	t.Helper()
	if len(fields) != len(zeekFields) {
		t.Fatalf("%d fields, %d columns: %q", len(fields), len(zeekFields), fields)
	}
	for i, column := range zeekFields {
		kind, ok := zeekKinds[column[1]]
		if !ok || !kind.MatchString(fields[i]) {
			t.Errorf("%s is %q, which is no %s", column[0], fields[i], column[1])
		}
		if column[1] == "addr" && fields[i] != "-" && address(fields[i]) != nil {
			t.Errorf("%s is %q, which is no address", column[0], fields[i])
		}
	}
}

func TestZeekHeader(t *testing.T) {
	want := regexp.MustCompile(`^#separator \\x09\n#set_separator\t,\n#empty_field\t\(empty\)\n#unset_field\t-\n#path\t\w+\n#fields(\t[a-z_]+)+\n#types(\t[a-z\[\]]+)+\n$`)
	if header := zeekHeader(); !want.MatchString(header) {
		t.Errorf("the header is %q", header)
	}
	names := make([]string, 0, len(zeekFields))
	for _, column := range zeekFields {
		names = append(names, column[0])
	}
	if slices.Sort(names); len(slices.Compact(names)) != len(zeekFields) {
		t.Error("a column comes twice")
	}
}

// Whatever a name or a reason says, a record is one line that its readers understand.
func FuzzRecords(f *testing.F) {
	f.Add("UDP: no reply, at all", "a\tmodel, \\ \"mine\"\n", "192.0.2.1")
	f.Add("\xff\x00,\u2028</script>", "(empty)", "02:00:5e:00:00:0f")
	f.Fuzz(func(t *testing.T, reason, model, host string) {
		a := example(t)
		if e, err := packet.Parse(host); err == nil {
			a.Host = e
		}
		a.Flows[0].Reasons[0].Text, a.Flows[0].Summary, a.Model.Origin = reason, reason, model
		checkZeek(t, strings.Split(records(t, Zeek, a)[0], "\t"))
		for format, check := range map[Format]func(string, map[string]any) error{
			JSONLines: nil, EVE: checkEVE, ECS: checkECS,
		} {
			var object map[string]any
			if err := json.Unmarshal([]byte(records(t, format, a)[0]), &object); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if check == nil || format == EVE && address(a.Host.String()) != nil {
				continue
			}
			if err := check("", object); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}
