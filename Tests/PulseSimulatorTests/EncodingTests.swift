import Foundation
import Testing

@testable import PulseSimulator

@Suite("Requests and values")
struct EncodingTests {
    static let numbers: [(Double, String)] = [
        (0, "0"), (1, "1"), (0.5, "0.5"), (0.1 + 0.2, "0.3"), (64, "64"), (-2.5, "-2.5"),
        (1.0 / 3, "0.333333333333333"), (200.0 / 3, "66.6666666666667"), (1e15, "1e+15"),
        (123_456_789_012_345, "123456789012345"), (0.00001, "1e-05"), (1.2345e-7, "1.2345e-07"),
    ]

    @Test("fractions are printed as Perl prints them", arguments: numbers)
    func perl(number: Double, text: String) {
        #expect(String(decoding: PVEValue.perl(number), as: UTF8.self) == text)
    }

    @Test("a shuffle changes the order of the keys and nothing else")
    func shuffle() throws {
        let value = PVEValue.object([
            .init("text", .text("größe \"x\" \\ \n")),
            .init("list", .list([.integer(-1), .null, .bool(true)])),
            .init("object", .object((0..<9).map { .init("k\($0)", .number($0)) })),
            .init("number", .number(0.25)),
            .init("big", .integer(18_014_398_509_481_984)),
        ])
        let plain = value.encoded()
        let first = value.encoded(shuffledBy: 1)
        #expect(first == value.encoded(shuffledBy: 1))
        #expect(first != value.encoded(shuffledBy: 2))
        #expect(plain.count == first.count && plain.sorted() == first.sorted())
        let expected = try JSONSerialization.jsonObject(with: Data(plain)) as? NSDictionary
        let found = try JSONSerialization.jsonObject(with: Data(first)) as? NSDictionary
        #expect(found == expected && expected?["text"] as? String == "größe \"x\" \\ \n")
    }

    static let targets: [(String, [String], [String])] = [
        ("/", [], []),
        ("/a/b", ["a", "b"], []),
        ("//a//b/?", ["a", "b"], []),
        ("/a%20b/%C3%BC", ["a b", "ü"], []),
        ("/%zz/%4", ["%zz", "%4"], []),
        ("/a?x=1&y=%26&z", ["a"], ["x=1", "y=&", "z="]),
        ("/a?x=1=2?", ["a"], ["x=1=2?"]),
    ]

    @Test("targets are taken apart", arguments: targets)
    func takenApart(target: String, path: [String], parameters: [String]) {
        let request = APIRequest(target)
        #expect(request.path == path)
        #expect(request.parameters.map { "\($0.name)=\($0.value)" } == parameters)
    }

    @Test("the last of several values of a parameter holds")
    func parameter() {
        #expect(APIRequest("/?a=1&b=2&a=3").parameter("a") == "3")
        #expect(APIRequest("/?b=2").parameter("a") == nil)
    }

    @Test("a configuration names every remote with all that a monitor needs")
    func configuration() throws {
        let remote = SimulatedRemote(
            name: "lab",
            url: "https://127.0.0.1:1",
            tokenID: "a@pve!b",
            secret: "s",
            fingerprint: "AA:BB"
        )
        let bytes = SimulatedRemote.configuration([remote, remote])
        let json = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        let remotes = try #require(json?["remotes"] as? [[String: String]])
        #expect(json?.count == 1 && remotes.count == 2)
        #expect(
            remotes[0] == [
                "name": "lab", "type": "pve", "url": "https://127.0.0.1:1", "token": "a@pve!b",
                "secret": "s", "fingerprint": "AA:BB",
            ]
        )
    }
}
