using System.Numerics;
using System.Security.Cryptography;

namespace LayerShuffle.Security;

/// <summary>
/// The group of NIST P-256, as far as a password-authenticated key exchange needs it: the platform has no addition of points. Not in constant time: what
/// depends on a secret alone is computed once in a process, and whatever is computed for a connection is blinded by a number drawn for it.
/// </summary>
internal static class Curve
{
    /// <summary>Bytes of a point: x and y, big endian.</summary>
    public const int PointSize = 64;

    private static readonly BigInteger P = Hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger B = Hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    /// <summary>How many points there are.</summary>
    public static BigInteger Order { get; } = Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    /// <summary>The point that everything is a multiple of.</summary>
    public static CurvePoint Generator { get; } = new(
        Hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"), Hex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"));

    /// <summary>A number from 1 to the order − 1, from at least 48 random bytes (bias below 2⁻¹²⁸).</summary>
    public static BigInteger Scalar(ReadOnlySpan<byte> material) => (new BigInteger(material, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;

    /// <summary>A point of which nobody knows what multiple of another it is: the first on the curve whose x is a hash of a name and a counter.</summary>
    public static CurvePoint Named(string name)
    {
        for (int counter = 0; ; counter++)
        {
            BigInteger x = new(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(System.FormattableString.Invariant($"{name} {counter}"))), isUnsigned: true,
                isBigEndian: true);
            BigInteger square = Mod((x * x * x) - (3 * x) + B), y = BigInteger.ModPow(square, (P + 1) / 4, P);
            if (x < P && Mod(y * y) == square)
                return new CurvePoint(x, y);
        }
    }

    /// <summary>scalar · point by double-and-add in Jacobian coordinates (x = X/Z², y = Y/Z³), one inversion at the end. Null: infinity.</summary>
    public static CurvePoint? Multiply(BigInteger scalar, CurvePoint point)
    {
        (BigInteger x, BigInteger y, BigInteger z) = (0, 1, 0); // infinity
        for (long bit = (long)scalar.GetBitLength() - 1; bit >= 0; bit--)
        {
            (x, y, z) = Double(x, y, z);
            if (!((scalar >> (int)bit) & 1).IsZero)
                (x, y, z) = Add(x, y, z, point);
        }

        return Affine(x, y, z);
    }

    /// <summary>The sum of two points. Null: infinity.</summary>
    public static CurvePoint? Add(CurvePoint a, CurvePoint b)
    {
        (BigInteger x, BigInteger y, BigInteger z) = Add(a.X, a.Y, 1, b);
        return Affine(x, y, z);
    }

    /// <summary>The point that gives infinity when added.</summary>
    public static CurvePoint Negate(CurvePoint point) => new(point.X, P - point.Y); // y is never 0: the order is odd

    /// <summary>A point's bytes.</summary>
    public static byte[] Bytes(CurvePoint point) => [.. Bytes(point.X), .. Bytes(point.Y)];

    /// <summary>The point of some bytes; null if they are none of the curve.</summary>
    public static CurvePoint? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PointSize)
            return null;
        BigInteger x = new(bytes[..32], isUnsigned: true, isBigEndian: true), y = new(bytes[32..], isUnsigned: true, isBigEndian: true);
        return x < P && y < P && Mod((y * y) - (x * x * x) + (3 * x) - B).IsZero ? new CurvePoint(x, y) : null;
    }

    /// <summary>32 bytes of a number, big endian.</summary>
    public static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        int length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(bytes.AsSpan(32 - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }

    private static CurvePoint? Affine(BigInteger x, BigInteger y, BigInteger z)
    {
        if (z.IsZero)
            return null;
        BigInteger inverse = BigInteger.ModPow(z, P - 2, P), squared = Mod(inverse * inverse);
        return new CurvePoint(Mod(x * squared), Mod(y * squared * inverse));
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z) Double(BigInteger x, BigInteger y, BigInteger z)
    {
        BigInteger delta = Mod(z * z), gamma = Mod(y * y), beta = Mod(x * gamma), alpha = Mod(3 * (x - delta) * (x + delta)); // the curve's a is -3
        BigInteger x3 = Mod((alpha * alpha) - (8 * beta));
        return (x3, Mod((alpha * ((4 * beta) - x3)) - (8 * gamma * gamma)), Mod(2 * y * z));
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z) Add(BigInteger x, BigInteger y, BigInteger z, CurvePoint other)
    {
        if (z.IsZero)
            return (other.X, other.Y, 1);
        BigInteger zz = Mod(z * z), h = Mod((other.X * zz) - x), r = Mod((other.Y * zz * z) - y);
        if (h.IsZero)
            return r.IsZero ? Double(x, y, z) : (0, 1, 0);
        BigInteger hh = Mod(h * h), hhh = Mod(h * hh), v = Mod(x * hh), x3 = Mod((r * r) - hhh - (2 * v));
        return (x3, Mod((r * (v - x3)) - (y * hhh)), Mod(z * h));
    }

    private static BigInteger Mod(BigInteger value)
    {
        BigInteger rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    private static BigInteger Hex(string digits) => new(Convert.FromHexString(digits), isUnsigned: true, isBigEndian: true);
}

/// <summary>A point of NIST P-256 that is not infinity.</summary>
internal readonly record struct CurvePoint(BigInteger X, BigInteger Y);
