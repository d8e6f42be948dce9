package gpu

// Find describes the device that New takes for a selector, without opening it.
// The selector and the errors are those of OpenDevice.
func Find(selector string) (Info, error) {
	list, err := Devices()
	if err != nil {
		return Info{}, err
	}
	return choose(list, selector)
}
