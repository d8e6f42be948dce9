package device

// Find describes the device that Open takes for a selector, without opening it.
// The selector and the errors are those of Open.
func Find(selector string) (Info, error) {
	list, err := List()
	if err != nil {
		return Info{}, err
	}
	return choose(list, selector)
}
