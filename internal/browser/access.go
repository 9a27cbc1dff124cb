package browser

// Node is a part of the page as a screen reader is told of it.
type Node struct {
	Role string // "button", "textbox", "heading", …
	Name string // what it is called, "" if nothing says
}

// Access returns the page's accessibility tree, flat.
func (b *Tab) Access() (nodes []Node) {
	b.t.Helper()
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name struct{ Value any }
		}
	}
	b.call("Accessibility.getFullAXTree", nil, &tree)
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		role, _ := n.Role.Value.(string)
		name, _ := n.Name.Value.(string)
		nodes = append(nodes, Node{role, name})
	}
	return nodes
}
