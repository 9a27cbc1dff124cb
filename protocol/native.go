package protocol

// native lists the names that the native engine gives, by ID. Files store names,
// never IDs, so the order is free.
var native = [...]string{"", "TCP", "UDP"}
