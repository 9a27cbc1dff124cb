package evaluate

import "fmt"

// card says what the corpus holds.
func (c *Corpus) card(by Grouping) DataCard {
	captures, groups, hosts := c.captures(), c.Groups(by), c.hosts()
	_, botnet := c.balance(c.all())
	card := DataCard{
		Flows: len(c.Flows), Botnet: botnet,
		Captures: len(captures.Names), Groups: len(groups.Names), Hosts: len(hosts.botnet),
	}
	for _, b := range hosts.botnet {
		if b {
			card.BotnetHosts++
		}
	}
	card.Families = c.sourceCards(true, captures, groups, hosts)
	card.Sources = c.sourceCards(false, captures, groups, hosts)
	return card
}

func (c *Corpus) sourceCards(botnet bool, captures, groups Groups, hosts hosts) (cards []SourceCard) {
	for _, name := range c.sources(botnet) {
		card := SourceCard{Name: name}
		seen := [3]map[int]bool{{}, {}, {}}
		for r := range c.Flows {
			if !c.Flows[r].is(botnet, name) {
				continue
			}
			card.Flows++
			seen[0][captures.Of[r]] = true
			seen[1][groups.Of[r]] = true
			if hosts.of[r] >= 0 {
				seen[2][hosts.of[r]] = true
			}
		}
		card.Captures, card.Groups, card.Hosts = len(seen[0]), len(seen[1]), len(seen[2])
		cards = append(cards, card)
	}
	return cards
}

// remarks says what this corpus cannot show, whatever the protocol.
func (c *Corpus) remarks(by Grouping) (remarks []string) {
	say := func(format string, args ...any) { remarks = append(remarks, fmt.Sprintf(format, args...)) }
	groups := c.Groups(by)
	botnet, benign := c.loads(groups)
	families, sources := c.sources(true), c.sources(false)
	if len(groups.Names) == 1 {
		say("all flows are of one group (%s): nothing can be held out but single flows", groups.Names[0])
	}
	switch len(families) {
	case 0:
		say("there are no botnet flows: recall and AUC cannot be measured, and nothing can be trained")
	case 1:
		say("there is one botnet family only (%s): once it is left out, none is left to train on", families[0])
	}
	switch len(sources) {
	case 0:
		say("there are no benign flows: the false-positive rate and AUC cannot be measured, and nothing can be trained")
	case 1:
		say("there is one benign source only (%s): once it is left out, none is left to train on", sources[0])
	}
	if n := positive(botnet); n > 0 && n < few {
		say("botnet flows are of %s only: intervals are too narrow, see the single folds", count(n, "group"))
	}
	if n := positive(benign); n > 0 && n < few {
		say("benign flows are of %s only: intervals are too narrow, see the single folds", count(n, "group"))
	}
	if n := c.uncaptured(); n > 0 {
		say("%s do not say which capture they are from; they are grouped by family or source, since captures cannot be kept together", count(n, "flow"))
	}
	return remarks
}

func positive(counts []int) (n int) {
	for _, x := range counts {
		if x > 0 {
			n++
		}
	}
	return n
}

func (c *Corpus) uncaptured() (n int) {
	for r := range c.Flows {
		if c.Flows[r].Capture == "" {
			n++
		}
	}
	return n
}
