package gbdt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of what a file may hold.
const (
	maxFile      = 1 << 28 // bytes
	maxFileDepth = 512     // splits from root to leaf
)

// ErrFormat says that a file is not a model that this package can use.
var ErrFormat = errors.New("not an XGBoost model of gbtree with binary:logistic")

// ReadModel reads a model of objective binary:logistic in XGBoost JSON or
// UBJSON, told apart by content, of versions 1.0 to 3.x. It checks all of the
// file, and trusts none: a file of any content ends in a sound model or an
// error. It reads r to its end.
func ReadModel(r io.Reader) (*Model, error) {
	m, err := readModel(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read model: %w", err)
	}
	return m, nil
}

func readModel(r io.Reader) (*Model, error) {
	data, err := readFile(r)
	if err != nil {
		return nil, err
	}
	doc, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m, err := doc.model()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m.compile()
	return m, nil
}

// readFile reads all of r. Where r knows its length, as a bytes.Reader does, it takes no more
// memory than that.
func readFile(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if known, ok := r.(interface{ Len() int }); ok {
		b.Grow(min(known.Len(), maxFile) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r, maxFile+1))
	if err == nil && n > maxFile {
		err = fmt.Errorf("more than %d bytes", maxFile)
	}
	return b.Bytes(), err
}

// parse tells JSON from UBJSON by what follows the first brace: a quoted key,
// or a key's length.
func parse(data []byte) (*value, error) {
	body := bytes.TrimLeft(data, " \t\r\n")
	if len(body) == 0 || body[0] != '{' {
		return nil, errors.New("it does not start with {")
	}
	rest := bytes.TrimLeft(body[1:], " \t\r\n")
	if len(rest) > 0 && (rest[0] == '"' || rest[0] == '}') {
		return parseJSON(data)
	}
	return parseUBJSON(body)
}

func (doc *value) model() (*Model, error) {
	if err := doc.checkKind(); err != nil {
		return nil, err
	}
	m := &Model{}
	var err error
	if m.features, err = doc.wantInt(1, maxColumns, "learner", "learner_model_param", "num_feature"); err != nil {
		return nil, err
	}
	if m.base, err = doc.baseScore(); err != nil {
		return nil, err
	}
	if m.Attributes, err = doc.attributes(); err != nil {
		return nil, err
	}
	if m.FeatureNames, err = doc.featureNames(m.features); err != nil {
		return nil, err
	}
	m.trees, err = doc.trees(m.features)
	return m, err
}

// checkKind turns away what is XGBoost's but not two-class trees.
func (doc *value) checkKind() error {
	for _, c := range []struct {
		want string
		path []string
	}{
		{"gbtree", []string{"learner", "gradient_booster", "name"}},
		{"binary:logistic", []string{"learner", "objective", "name"}},
	} {
		got, err := doc.wantText(c.path...)
		if err != nil {
			return err
		}
		if got != c.want {
			return fmt.Errorf("%s is %q, want %q", name(c.path), got, c.want)
		}
	}
	return nil
}

// baseScore reads a probability, alone or, as of 3.1, in brackets.
func (doc *value) baseScore() (float32, error) {
	s, err := doc.wantText("learner", "learner_model_param", "base_score")
	if err != nil {
		return 0, err
	}
	alone := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	p, err := strconv.ParseFloat(alone, 32)
	if err != nil || !(float32(p) > 0 && float32(p) < 1) {
		return 0, fmt.Errorf("base_score is %q, want a probability between 0 and 1", s)
	}
	return float32(p), nil
}

func (doc *value) attributes() (map[string]string, error) {
	all := map[string]string{}
	learner, err := doc.want(object, "learner")
	if err != nil {
		return nil, err
	}
	a := learner.members.find("attributes")
	if a == nil {
		return all, nil
	}
	if a.kind != object {
		return nil, fmt.Errorf("attributes are %v, want an object", a.kind)
	}
	for _, m := range a.members.members {
		if m.value.kind != text {
			return nil, fmt.Errorf("attribute %q is %v, want a string", m.key, m.value.kind)
		}
		all[m.key] = m.value.text
	}
	return all, nil
}

func (doc *value) featureNames(features int) ([]string, error) {
	learner, err := doc.want(object, "learner")
	if err != nil || learner.members.find("feature_names") == nil {
		return nil, err
	}
	names, err := learner.wantTexts("feature_names")
	if err != nil {
		return nil, err
	}
	if len(names) != 0 && len(names) != features {
		return nil, fmt.Errorf("%d feature names for %d features", len(names), features)
	}
	return names, nil
}

func (doc *value) trees(features int) ([]tree, error) {
	model, err := doc.want(object, "learner", "gradient_booster", "model")
	if err != nil {
		return nil, err
	}
	list, err := model.want(array, "trees")
	if err != nil {
		return nil, err
	}
	if _, err := model.wantInt(len(list.list), len(list.list), "gbtree_model_param", "num_trees"); err != nil {
		return nil, err
	}
	if err := model.checkClasses(len(list.list)); err != nil {
		return nil, err
	}
	trees := make([]tree, len(list.list))
	for i, t := range list.list {
		if trees[i], err = t.tree(features); err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
	}
	return trees, nil
}

// checkClasses wants all trees to be of the one class that two-class models have.
func (v *value) checkClasses(trees int) error {
	info, err := v.wantNumbers("tree_info")
	if err != nil {
		return err
	}
	if len(info) != trees {
		return fmt.Errorf("tree_info tells of %d trees, there are %d", len(info), trees)
	}
	for i, class := range info {
		if class != 0 {
			return fmt.Errorf("tree %d is of class %v, want only class 0", i, class)
		}
	}
	return nil
}
