package gbdt

// noNode stands for a child or parent that is not there.
const noNode = -1

// node is a split, or a leaf if it has no children.
type node struct {
	left, right int32   // positions in the tree; noNode at a leaf
	feature     int32   // column that is compared
	value       float32 // split: rows below it go left; leaf: what it adds to the margin
	absentLeft  bool    // an absent value goes left
	gain        float32 // what the split won; 0 at a leaf
	weight      float32 // what a leaf here would be, before the learning rate
	cover       float32 // sum of p(1-p) of the training rows that came here
}

func (n *node) leaf() bool { return n.left == noNode }

// tree holds its nodes parents first; node 0 is the root.
type tree []node
