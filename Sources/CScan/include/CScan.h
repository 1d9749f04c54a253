// Byte scans and digits for the JSON and HTTP codecs, in the header so that they are inlined into
// their Swift callers: Swift's own SIMD types have no move-mask, and a call per string would cost
// more than the scan.
//
// Unless its comment says another thing, each scan returns the index of the first byte that it looks
// for, or `count`. None reads a byte outside `bytes[0 ..< count]`: a tail is read by a block that
// overlaps what was already scanned.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#define CSCAN_SSE2 1
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define CSCAN_NEON 1
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CSCAN_WORDS 1
#endif

/// Whether JSON demands that this byte is escaped inside a string (RFC 8259 section 7).
static inline int cscan_must_escape(uint8_t byte) {
    return byte < 0x20 || byte == '"' || byte == '\\';
}

#if CSCAN_SSE2
/// One bit for each of 16 bytes: must be escaped, or, if `stop_at_non_ascii`, is >= 0x80.
static inline uint32_t cscan_mask16(const uint8_t *bytes, int stop_at_non_ascii) {
    __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    __m128i hit = _mm_or_si128(_mm_or_si128(quote, backslash), control);
    if (stop_at_non_ascii) hit = _mm_or_si128(hit, block); // the mask takes the top bits only
    return (uint32_t)_mm_movemask_epi8(hit);
}
#define CSCAN_BLOCKS 1
#define CSCAN_FIRST(mask) ((size_t)__builtin_ctz(mask))
#elif CSCAN_NEON
/// Four bits for each of 16 bytes: must be escaped, or, if `stop_at_non_ascii`, is >= 0x80.
static inline uint64_t cscan_mask16(const uint8_t *bytes, int stop_at_non_ascii) {
    uint8x16_t block = vld1q_u8(bytes);
    uint8x16_t quote = vceqq_u8(block, vdupq_n_u8('"'));
    uint8x16_t backslash = vceqq_u8(block, vdupq_n_u8('\\'));
    uint8x16_t hit = vorrq_u8(vorrq_u8(quote, backslash), vcltq_u8(block, vdupq_n_u8(0x20)));
    if (stop_at_non_ascii) hit = vorrq_u8(hit, vcgeq_u8(block, vdupq_n_u8(0x80)));
    uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(hit), 4);
    return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
}
#define CSCAN_BLOCKS 1
#define CSCAN_FIRST(mask) ((size_t)__builtin_ctzll(mask) >> 2)
#endif

#if CSCAN_WORDS
/// The top bit of each of 8 bytes that is a hit. A borrow may set bits above the first hit, never
/// below it, so only the lowest bit counts.
static inline uint64_t cscan_mask8(const uint8_t *bytes, int stop_at_non_ascii) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
    uint64_t hit = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)
        | ((word - ones * 0x20) & ~word);
    if (stop_at_non_ascii) hit |= word;
    return hit & tops;
}
#endif

static inline size_t cscan_find(const uint8_t *bytes, size_t count, int stop_at_non_ascii) {
    size_t index = 0;
#if CSCAN_BLOCKS
    if (count >= 16) {
        for (;;) {
            const uint8_t *block = bytes + index;
            __typeof__(cscan_mask16(block, 0)) mask = cscan_mask16(block, stop_at_non_ascii);
            if (mask) return index + CSCAN_FIRST(mask);
            if (index == count - 16) return count;
            index = index + 32 <= count ? index + 16 : count - 16;
        }
    }
#endif
#if CSCAN_WORDS
    if (count >= 8) {
        for (;;) {
            uint64_t mask = cscan_mask8(bytes + index, stop_at_non_ascii);
            if (mask) return index + ((size_t)__builtin_ctzll(mask) >> 3);
            if (index == count - 8) return count;
            index = index + 16 <= count ? index + 8 : count - 8;
        }
    }
#endif
    for (; index < count; index++) {
        uint8_t byte = bytes[index];
        if (cscan_must_escape(byte) || (stop_at_non_ascii && byte >= 0x80)) return index;
    }
    return count;
}

/// The first byte that must be escaped: `"`, `\` or a control character.
static inline size_t cscan_find_escape(const uint8_t *bytes, size_t count) {
    return cscan_find(bytes, count, 0);
}

/// The first byte at which reading a string stops: `"`, `\`, a control character, or >= 0x80.
static inline size_t cscan_find_string_stop(const uint8_t *bytes, size_t count) {
    return cscan_find(bytes, count, 1);
}

/// How many of exactly 16 bytes come before the first at which reading a string stops; 16 if none
/// is such a byte.
static inline size_t cscan_plain16(const uint8_t *bytes) {
#if CSCAN_BLOCKS
    __typeof__(cscan_mask16(bytes, 1)) mask = cscan_mask16(bytes, 1);
    return mask ? CSCAN_FIRST(mask) : 16;
#else
    return cscan_find_string_stop(bytes, 16);
#endif
}

/// How many of exactly 8 bytes come before the first that is no decimal digit, and in `*value` the
/// number that these digits are.
static inline size_t cscan_digits8(const uint8_t *bytes, uint64_t *value) {
#if CSCAN_WORDS
    const uint64_t ones = 0x0101010101010101u;
    uint64_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    // A digit is a byte below 10 now. What is more carries only into bytes behind the first such.
    word ^= ones * '0';
    uint64_t other = (word | (word + ones * 6)) & (ones * 0xF0);
    size_t count = other ? (size_t)__builtin_ctzll(other) >> 3 : 8;
    if (count == 0) {
        *value = 0;
        return 0;
    }
    // The digits move to the top, the last one into the highest byte; then neighbours are added up:
    // 8 digits, 4 pairs, 1 sum (D. Lemire, "Quickly parsing eight digits").
    word <<= 64 - 8 * count;
    word = word * 10 + (word >> 8);
    *value = ((word & 0x000000FF000000FFu) * 0x000F424000000064u
        + ((word >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u) >> 32;
    return count;
#else
    size_t count = 0;
    uint64_t sum = 0;
    for (; count < 8 && bytes[count] >= '0' && bytes[count] <= '9'; count++) {
        sum = sum * 10 + (uint64_t)(bytes[count] - '0');
    }
    *value = sum;
    return count;
#endif
}

/// The eight digits of a number below 10^8, each in a byte, the first one in the lowest.
///
/// Halves, pairs and digits are divided side by side, as P. Khuong has shown in "How to print
/// integers really fast": x * 10486 >> 20 is x / 100 below 10^4, and x * 103 >> 10 is x / 10 below
/// 100.
static inline uint64_t cscan_eight_digits_in_word(uint32_t value) {
    uint64_t high = value / 10000;
    uint64_t halves = high | ((uint64_t)value - 10000 * high) << 32;
    uint64_t hundreds = ((halves * 10486) >> 20) & 0x0000007F0000007Fu;
    uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
    uint64_t tens = ((pairs * 103) >> 10) & 0x000F000F000F000Fu;
    return tens | (pairs - 10 * tens) << 8;
}

/// The same by vectors, where there are such: eight products at once, as W. Mula has shown in "SSE:
/// conversion integers to decimal representation".
static inline uint64_t cscan_eight_digits(uint32_t value) {
#if CSCAN_SSE2
    // Four digits and four digits, side by side in the lowest two words of 16 bits.
    __m128i number = _mm_cvtsi32_si128((int)value);
    __m128i high = _mm_srli_epi64(_mm_mul_epu32(number, _mm_set1_epi32((int)0xd1b71759u)), 45);
    __m128i low = _mm_sub_epi32(number, _mm_mul_epu32(high, _mm_set1_epi32(10000)));
    __m128i halves = _mm_slli_epi64(_mm_unpacklo_epi16(high, low), 2);
    // Each four times, divided by 1000, 100, 10 and 1: the upper half of a product, and a shift.
    halves = _mm_unpacklo_epi16(halves, halves);
    halves = _mm_shuffle_epi32(halves, _MM_SHUFFLE(1, 1, 0, 0));
    __m128i prefixes = _mm_mulhi_epu16(
        halves,
        _mm_setr_epi16(8389, 5243, 13108, -32768, 8389, 5243, 13108, -32768)
    );
    prefixes = _mm_mulhi_epu16(
        prefixes,
        _mm_setr_epi16(128, 2048, 8192, -32768, 128, 2048, 8192, -32768)
    );
    // Each but ten times the one before it is a digit.
    __m128i tens = _mm_slli_epi64(_mm_mullo_epi16(prefixes, _mm_set1_epi16(10)), 16);
    __m128i digits = _mm_sub_epi16(prefixes, tens);
    return (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(digits, digits));
#else
    return cscan_eight_digits_in_word(value);
#endif
}

// MARK: Heads of HTTP messages

/// Whether a header's value may not hold this byte: a control character other than the tab.
static inline int cscan_is_control(uint8_t byte) {
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

#if CSCAN_SSE2
/// One bit for each of 16 bytes: whether it is such a control character.
static inline uint32_t cscan_controls16(const uint8_t *bytes) {
    __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
    __m128i delete = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, low), delete));
}
#elif CSCAN_NEON
/// Four bits for each of 16 bytes: whether it is such a control character.
static inline uint64_t cscan_controls16(const uint8_t *bytes) {
    uint8x16_t block = vld1q_u8(bytes);
    uint8x16_t low = vcltq_u8(block, vdupq_n_u8(0x20));
    uint8x16_t tab = vceqq_u8(block, vdupq_n_u8('\t'));
    uint8x16_t hit = vorrq_u8(vbicq_u8(low, tab), vceqq_u8(block, vdupq_n_u8(0x7f)));
    uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(hit), 4);
    return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
}
#endif

/// The first byte that no header's value may hold.
static inline size_t cscan_find_control(const uint8_t *bytes, size_t count) {
    size_t index = 0;
#if CSCAN_BLOCKS
    while (count >= 16) {
        __typeof__(cscan_controls16(bytes)) mask = cscan_controls16(bytes + index);
        if (mask) return index + CSCAN_FIRST(mask);
        if (index == count - 16) return count;
        index = index + 32 <= count ? index + 16 : count - 16;
    }
#endif
    while (index < count && !cscan_is_control(bytes[index])) index++;
    return index;
}

/// Whether a byte is a letter, a digit or a hyphen, of which nearly all names of headers consist.
static inline int cscan_is_name(uint8_t byte) {
    return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10 || byte == '-';
}

/// The first byte that is none of these.
static inline size_t cscan_find_no_name(const uint8_t *bytes, size_t count) {
    size_t index = 0;
#if CSCAN_SSE2
    for (; index + 16 <= count; index += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(bytes + index));
        // A range begins at the lowest signed number, so that one comparison tells what lies in it.
        __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
        __m128i letters = _mm_add_epi8(lower, _mm_set1_epi8((char)(0x80 - 'a')));
        __m128i digits = _mm_add_epi8(block, _mm_set1_epi8((char)(0x80 - '0')));
        __m128i is_letter = _mm_cmplt_epi8(letters, _mm_set1_epi8((char)(0x80 + 26)));
        __m128i is_digit = _mm_cmplt_epi8(digits, _mm_set1_epi8((char)(0x80 + 10)));
        __m128i is_hyphen = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
        __m128i name = _mm_or_si128(_mm_or_si128(is_letter, is_digit), is_hyphen);
        uint32_t mask = (uint32_t)_mm_movemask_epi8(name);
        if (mask != 0xffff) return index + CSCAN_FIRST(~mask);
    }
#endif
    while (index < count && cscan_is_name(bytes[index])) index++;
    return index;
}
