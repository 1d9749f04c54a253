/// Which samples somebody wants to see.
package struct HistoryQuery: Sendable, Equatable {
    /// What the answer is to name, so that the asker knows it again.
    package let id: Int64?
    package let resources: [String]
    package let metrics: [HistoryMetric]
    package let range: HistoryRange

    /// Why a query is refused.
    package enum Refusal: Error, Equatable {
        case tooManyResources
        case tooManySamples
    }

    /// Identities in one query: what fits on a screen, several times.
    package static let resourcesMax = 200
    /// Samples in one answer.
    ///
    /// Each takes 13 bytes at most, 260 KB in all, and typically 5; who wants more asks again.
    package static let samplesMax = 20_000

    /// Takes what is asked for, if it is not too much.
    package init(
        id: Int64?,
        resources: [String],
        metrics: [HistoryMetric],
        range: HistoryRange
    ) throws(Refusal) {
        guard resources.count <= Self.resourcesMax else { throw .tooManyResources }
        let distinct = HistoryMetric.allCases.filter { metrics.contains($0) }
        guard resources.count * distinct.count * range.sampleCount <= Self.samplesMax else {
            throw .tooManySamples
        }
        self.id = id
        self.resources = resources
        self.metrics = distinct
        self.range = range
    }
}
