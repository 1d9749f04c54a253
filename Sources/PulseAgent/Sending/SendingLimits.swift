/// Every bound of sending, each with its arithmetic.
package enum SendingLimits {
    /// Reports kept while the server does not take them: half an hour at one each 30 s.
    ///
    /// A report has some 5 KiB, so they are 300 KiB; servers take at most 256 KiB of one.
    package static let bufferedReportsMax = 60

    /// How long the server may take for one report.
    static let answerNanoseconds: UInt64 = 15_000_000_000

    /// The answer to a report is a small object, which is not even read.
    static let answerBytesMax = 64 << 10
}
