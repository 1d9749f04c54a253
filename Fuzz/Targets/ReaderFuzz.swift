import PulseJSON

/// All ways to go over the same bytes must agree on whether they are a document.
enum ReaderFuzz {
    static func run(_ input: Span<UInt8>) {
        let read = JSONValue.document(input)
        let skipped = skip(input)
        switch read {
        case .success: precondition(skipped == nil, "what was read could not be skipped")
        case .failure(let error):
            precondition(skipped == error, "reading and skipping refuse for different reasons")
            precondition((0...input.count).contains(error.offset), "an error lies outside")
        }
        readAsNumbers(input)
        refuse(input, skipped)
        readInSlices(input, isDocument: skipped == nil)
    }

    private static func skip(
        _ input: Span<UInt8>,
        from place: JSONReader.Place = .start
    ) -> JSONError? {
        var reader = JSONReader(input, from: place)
        do throws(JSONError) {
            try reader.skipValue()
            try reader.finish()
            return nil
        } catch {
            return error
        }
    }

    /// Asks for what is perhaps a number, in all forms of one.
    private static func readAsNumbers(_ input: Span<UInt8>) {
        var reader = JSONReader(input)
        if let unsigned = try? reader.readUInt64() {
            var again = JSONReader(input)
            let signed = try? again.readInt64()
            if let signed { precondition(UInt64(signed) == unsigned, "two integers of one text") }
            var third = JSONReader(input)
            let real = try? third.readDouble()
            precondition(real == Double(unsigned), "an integer and a real of one text")
            precondition(third.offset == reader.offset, "one number has two ends")
        }
    }

    /// Asks for what is perhaps not there: what was refused stands where it stood.
    private static func refuse(_ input: Span<UInt8>, _ whole: JSONError?) {
        for attempt in 0..<5 {
            var reader = JSONReader(input)
            let isRefused =
                switch attempt {
                case 0: (try? reader.readUInt64()) == nil
                case 1: (try? reader.readLenientUInt64()) == nil
                case 2: (try? reader.readLenientDouble()) == nil
                case 3: (try? reader.readLenientBool()) == nil
                default: (try? reader.readString()) == nil
                }
            if isRefused {
                precondition(skip(input, from: reader.place) == whole, "a refusal consumed a value")
            }
        }
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
