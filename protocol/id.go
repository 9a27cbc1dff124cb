package protocol

// ID stands for a protocol name within one Vocabulary.
type ID uint16
