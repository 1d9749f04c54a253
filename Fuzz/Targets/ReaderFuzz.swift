import PulseJSON

/// All ways to go over the same bytes must agree on whether they are a document.
enum ReaderFuzz {
    static func run(_ input: Span<UInt8>) {
        let read = FuzzValue.read(input)
        let skipped = skip(input)
        switch read {
        case .success: precondition(skipped == nil, "what was read could not be skipped")
        case .failure(let error):
            precondition(skipped == error, "reading and skipping refuse for different reasons")
            precondition((0...input.count).contains(error.offset), "an error lies outside")
        }
        readAsNumbers(input)
        readInSlices(input, isDocument: skipped == nil)
    }

    private static func skip(_ input: Span<UInt8>) -> JSONError? {
        var reader = JSONReader(input)
        do throws(JSONError) {
            try reader.skipValue()
            try reader.finish()
            return nil
        } catch {
            return error
        }
    }

    /// Asks for what is perhaps not there: an error consumes nothing.
    private static func readAsNumbers(_ input: Span<UInt8>) {
        var reader = JSONReader(input)
        let before = reader.offset
        let unsigned = try? reader.readUInt64()
        if unsigned != nil {
            var again = JSONReader(input)
            let signed = try? again.readInt64()
            if let signed { precondition(UInt64(signed) == unsigned, "two integers of one text") }
            var third = JSONReader(input)
            let real = try? third.readDouble()
            precondition(real == unsigned.map { Double($0) }, "an integer and a real of one text")
            precondition(third.offset == reader.offset, "one number has two ends")
        } else {
            precondition(reader.offset <= before || input.count > 0, "a refused value was consumed")
        }
        _ = try? reader.readLenientUInt64()
        _ = try? reader.readLenientDouble()
        _ = try? reader.readLenientBool()
        _ = try? reader.readString()
    }

    /// Leaves the outer array after each element and goes on with a fresh reader.
    private static func readInSlices(_ input: Span<UInt8>, isDocument: Bool) {
        var reader = JSONReader(input)
        guard (try? reader.beginArray()) != nil else { return }
        var place = reader.place
        while true {
            var next = JSONReader(input, from: place)
            do throws(JSONError) {
                guard try next.nextElement() else {
                    try next.finish()
                    precondition(isDocument, "slices accept what is no document")
                    return
                }
                try next.skipValue()
            } catch {
                precondition(!isDocument, "slices refuse a document")
                return
            }
            precondition(next.offset > place.offset, "a slice made no progress")
            place = next.place
        }
    }
}
