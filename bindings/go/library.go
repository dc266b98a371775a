package shmbroker

import "unsafe"

// Version tells the version of the DLL.
func Version() (major, minor int, err error) {
	if err := load(); err != nil {
		return 0, 0, err
	}
	version := shmVersion()
	return int(version >> 16), int(version & 0xFFFF), nil
}

// ListChannels tells of the channels that the caller may read or write.
func ListChannels() ([]Info, error) {
	if err := load(); err != nil {
		return nil, err
	}
	raw := make([]shmInfoUtf8, 16)
	for {
		raw[0].size = uint32(unsafe.Sizeof(raw[0]))
		var count uint32
		err := checked(func() Status { return shmListChannelsUtf8(&raw[0], uint32(len(raw)), &count) })
		if statusOf(err) == ErrBuffer {
			raw = make([]shmInfoUtf8, 2*count) // and some may come meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		list := make([]Info, count)
		for i := range list {
			list[i] = infoOf(&raw[i])
		}
		return list, nil
	}
}

// pointer gives C the bytes of a slice.
func pointer(bytes []byte) unsafe.Pointer {
	if len(bytes) == 0 {
		return nil
	}
	return unsafe.Pointer(&bytes[0])
}

// goString copies a C string.
func goString(text *byte) string {
	length := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(text), length)) != 0 {
		length++
	}
	return string(unsafe.Slice(text, length))
}
