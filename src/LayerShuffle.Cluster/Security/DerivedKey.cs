using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace LayerShuffle.Cluster.Security;

/// <summary>
/// An ECDSA P-256 key that is a pure function of a secret: the private scalar is 48 bytes of HKDF-SHA256 (RFC 5869), reduced modulo the order of the curve (bias below 2⁻¹²⁸). The public point is
/// computed here because not every platform's key import does it (macOS does not). Runs once per process on a secret of its own, so timing does not matter.
/// </summary>
internal static class DerivedKey
{
    private static readonly BigInteger P = Hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger N = Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    private static readonly BigInteger Gx = Hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296");
    private static readonly BigInteger Gy = Hex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");

    /// <summary>The key that <paramref name="secret"/> gives for <paramref name="purpose"/>.</summary>
    public static ECDsa FromSecret(ReadOnlySpan<byte> secret, string purpose)
    {
        Span<byte> material = stackalloc byte[48];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, material, Encoding.ASCII.GetBytes("layershuffle"), Encoding.ASCII.GetBytes(purpose));
        BigInteger scalar = (new BigInteger(material, isUnsigned: true, isBigEndian: true) % (N - 1)) + 1;
        CryptographicOperations.ZeroMemory(material);
        (BigInteger x, BigInteger y) = PublicPoint(scalar);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Bytes(scalar), Q = new ECPoint { X = Bytes(x), Y = Bytes(y) } });
    }

    /// <summary>scalar · G by double-and-add in Jacobian coordinates (x = X/Z², y = Y/Z³), one inversion at the end.</summary>
    private static (BigInteger X, BigInteger Y) PublicPoint(BigInteger scalar)
    {
        (BigInteger x, BigInteger y, BigInteger z) = (0, 1, 0); // infinity
        for (long bit = (long)scalar.GetBitLength() - 1; bit >= 0; bit--)
        {
            (x, y, z) = Double(x, y, z);
            if (!((scalar >> (int)bit) & 1).IsZero)
                (x, y, z) = AddGenerator(x, y, z);
        }

        BigInteger inverse = BigInteger.ModPow(z, P - 2, P), squared = Mod(inverse * inverse);
        return (Mod(x * squared), Mod(y * squared * inverse));
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z) Double(BigInteger x, BigInteger y, BigInteger z)
    {
        BigInteger delta = Mod(z * z), gamma = Mod(y * y), beta = Mod(x * gamma), alpha = Mod(3 * (x - delta) * (x + delta)); // the curve's a is -3
        BigInteger x3 = Mod((alpha * alpha) - (8 * beta));
        return (x3, Mod((alpha * ((4 * beta) - x3)) - (8 * gamma * gamma)), Mod(2 * y * z));
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z) AddGenerator(BigInteger x, BigInteger y, BigInteger z)
    {
        if (z.IsZero)
            return (Gx, Gy, 1);
        BigInteger zz = Mod(z * z), h = Mod((Gx * zz) - x), r = Mod((Gy * zz * z) - y);
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

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        int length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(bytes.AsSpan(32 - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
