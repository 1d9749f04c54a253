import Glibc

/// The IP addresses of this machine's interfaces (getifaddrs(3)).
enum InterfaceAddresses {
    /// `["eth0": ["192.0.2.2/24", "fd00::2/64"]]`; empty when the kernel refuses.
    static func current() -> [String: [String]] {
        var first: UnsafeMutablePointer<ifaddrs>?
        // getifaddrs allocates the list; it is ours until freeifaddrs.
        guard unsafe getifaddrs(&first) == 0 else { return [:] }
        defer { unsafe freeifaddrs(first) }
        var addresses: [String: [String]] = [:]
        var next = unsafe first
        while let entry = unsafe next {
            unsafe next = entry.pointee.ifa_next
            guard let address = unsafe cidr(entry.pointee),
                let name = unsafe entry.pointee.ifa_name
            else { continue }
            unsafe addresses[String(cString: name), default: []].append(address)
        }
        return addresses
    }

    /// The address and prefix length of one entry, or `nil` when it is neither IPv4 nor IPv6.
    private static func cidr(_ entry: ifaddrs) -> String? {
        guard let address = unsafe entry.ifa_addr, let mask = unsafe entry.ifa_netmask,
            let bytes = unsafe addressBytes(UnsafeRawPointer(address)),
            let ones = unsafe addressBytes(UnsafeRawPointer(mask))
        else { return nil }
        let prefix = ones.reduce(0) { $0 + $1.nonzeroBitCount }
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Both arrays live for the call, and `text` is as long as any address.
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(characters[...].text)/\(prefix)"
    }

    /// The 4 or 16 bytes of a socket address, copied.
    private static func addressBytes(_ address: UnsafeRawPointer) -> [UInt8]? {
        // The family tells how long the kernel made what `address` points to.
        switch Int32(unsafe address.loadUnaligned(as: sockaddr.self).sa_family) {
        case AF_INET:
            let socket = unsafe address.loadUnaligned(as: sockaddr_in.self)
            return unsafe withUnsafeBytes(of: socket.sin_addr) { unsafe Array($0) }
        case AF_INET6:
            let socket = unsafe address.loadUnaligned(as: sockaddr_in6.self)
            return unsafe withUnsafeBytes(of: socket.sin6_addr) { unsafe Array($0) }
        default:
            return nil
        }
    }
}
