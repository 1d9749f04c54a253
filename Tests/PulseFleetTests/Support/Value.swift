import Foundation

/// A JSON value as a client's parser sees it; Foundation reads it, so that our reader is not asked
/// to judge our writer.
enum Value: Equatable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    init(parsing bytes: [UInt8]) throws {
        self.init(try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }

    private init(_ any: Any) {
        switch any {
        case let text as String: self = .string(text)
        case let list as [Any]: self = .array(list.map(Value.init))
        case let members as [String: Any]: self = .object(members.mapValues(Value.init))
        case let number as NSNumber:
            // The type code of a Bool; a parsed number never has it.
            let isBool = unsafe number.objCType.pointee == Int8(UInt8(ascii: "c"))
            self = isBool ? .bool(number.boolValue) : .number(number.doubleValue)
        default: self = .null
        }
    }

    init(stringLiteral text: String) { self = .string(text) }
    init(floatLiteral number: Double) { self = .number(number) }
    init(integerLiteral number: Int) { self = .number(Double(number)) }
    init(arrayLiteral elements: Value...) { self = .array(elements) }

    subscript(_ key: String) -> Value? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var elements: [Value]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    var members: [String: Value]? {
        if case .object(let members) = self { members } else { nil }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var int: Int? {
        if case .number(let number) = self { Int(exactly: number) } else { nil }
    }
}
