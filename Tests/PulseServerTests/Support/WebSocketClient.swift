import Glibc
import PulseReactor
import PulseTestSupport

/// A frame as the server sent it.
struct ReceivedFrame: Equatable {
    let opcode: UInt8
    /// The payload, inflated where it came compressed.
    let payload: [UInt8]
    /// The bytes that came, where they were compressed.
    var deflated: [UInt8]?

    var text: String { String(decoding: payload, as: UTF8.self) }

    /// The code of a close frame.
    var closeCode: UInt16? {
        guard opcode == 8, payload.count >= 2 else { return nil }
        return UInt16(payload[0]) << 8 | UInt16(payload[1])
    }
}

/// The stream ended, or something came that is no frame of a server.
struct StreamEnded: Error {}

/// A WebSocket on a plain blocking socket, written without the product's decoder.
struct WebSocketClient: Sendable {
    let socket: Client
    private var frames = FrameReader()

    /// Connects and upgrades.
    init(
        _ address: SocketAddress,
        receiveBufferBytes: Int32? = nil,
        deflates: Bool = false
    ) throws {
        socket = try Client(address, receiveBufferBytes: receiveBufferBytes)
        let extensions = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
        let upgrade = WebSocketClient.upgrade
        let fields = deflates ? Array(extensions.utf8) : []
        try socket.send(upgrade.dropLast(2) + fields + Array("\r\n".utf8))
        let end = Array("\r\n\r\n".utf8)
        var input: [UInt8] = []
        while input.suffix(4) != end[...] {
            // One byte at a time: what follows belongs to the stream.
            let byte = try socket.receive(atMost: 1)
            if byte.isEmpty { throw StreamEnded() }
            input += byte
        }
        let isAccepted = input.firstRange(of: Array("permessage-deflate; server_no".utf8)) != nil
        guard input.starts(with: "HTTP/1.1 101 ".utf8), isAccepted == deflates else {
            throw StreamEnded()
        }
    }

    static let upgrade = Array(
        """
        GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """.utf8
    )

    /// A masked frame.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], reserved: UInt8 = 0) -> [UInt8] {
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var bytes = [0x80 | reserved << 4 | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        bytes += mask
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index & 3]) }
        return bytes
    }

    static func frame(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

    func send(_ text: String) throws { try socket.send(WebSocketClient.frame(text)) }

    /// Waits for the next frame.
    mutating func receive() throws -> ReceivedFrame {
        while true {
            if let frame = try frames.next() { return frame }
            let bytes = try socket.receive(atMost: 256 * 1024)
            if bytes.isEmpty { throw StreamEnded() }
            frames.append(bytes)
        }
    }

    /// The frames that are complete after at most `byteCount` bytes of what is there.
    mutating func receiveAvailable(atMost byteCount: Int) throws -> [ReceivedFrame] {
        var rest = byteCount
        while rest > 0, let bytes = try socket.receiveWithoutWaiting(atMost: min(rest, 1 << 16)) {
            if bytes.isEmpty { throw StreamEnded() }
            frames.append(bytes)
            rest -= bytes.count
        }
        var received: [ReceivedFrame] = []
        while let frame = try frames.next() { received.append(frame) }
        return received
    }
}
