using System.Buffers.Binary;
using System.Text;
using CsCheck;
using LayerShuffle.Vision.Files;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Files;

public sealed class SafeTensorsTests
{
    private static readonly byte[] Sample = MakeSample();

    [Fact]
    public void What_is_written_is_read_back_in_every_type()
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        var tensors = new OrderedDictionary<string, Tensor>
        {
            ["b"] = randn(2, 3),
            ["a"] = randn(4).to(float16),
            ["c"] = randn(3, 1).to(bfloat16),
            ["scalar"] = tensor(3.5),
            ["long"] = tensor(new long[] { long.MinValue, 7 }),
            ["int"] = tensor(new[] { -3, 7 }),
            ["short"] = tensor(new short[] { -3, 7 }),
            ["sbyte"] = tensor(new sbyte[] { -3, 7 }),
            ["byte"] = tensor(new byte[] { 200, 7 }),
            ["bool"] = tensor(new[] { true, false, true }),
            ["empty"] = zeros(0, 3),
            ["transposed"] = randn(2, 3).t(),
            ["ünï\"code\\"] = ones(1),
        };
        SafeTensors.Write(folder["x.safetensors"], tensors, new Dictionary<string, string> { ["who"] = "me" });
        IReadOnlyDictionary<string, Tensor> read = SafeTensors.Read(folder["x.safetensors"], out IReadOnlyDictionary<string, string> metadata);

        metadata.ShouldBe(new Dictionary<string, string> { ["who"] = "me" });
        read.Keys.ShouldBe(tensors.Keys, ignoreOrder: true);
        foreach ((string name, Tensor value) in tensors)
        {
            read[name].dtype.ShouldBe(value.dtype, name);
            if (value.numel() > 0)
                read[name].ShouldEqualBitwise(value, name);
            else
                read[name].shape.ShouldBe(value.shape);
        }

        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        string path = folder["x.safetensors"];
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(1) });
        byte[] old = File.ReadAllBytes(path);
        Should.Throw<ModelFormatException>(() => SafeTensors.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(1, dtype: complex64) }));
        File.ReadAllBytes(path).ShouldBe(old);
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_missing_file_is_reported_in_a_sentence() =>
        Should.Throw<ModelFormatException>(() => SafeTensors.Read("/no/such/file.safetensors")).Message.ShouldContain("cannot be read");

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "8 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "only 4 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "its shape and type need 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "instead of 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "instead of 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "impossible data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "impossible data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "negative dimension")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}""", 4, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "known are F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "unknown field x")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "17 dimensions")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "not the JSON")]
    [InlineData("""{"a":[[[[[[1]]]]]]}""", 4, "not the JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not the JSON")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not the JSON")]
    [InlineData("""{"__metadata__":{"a":null}}""", 0, "not text")]
    [InlineData("""[1]""", 0, "does not begin with {")]
    [InlineData("""{"a":""", 0, "not the JSON")]
    [InlineData("", 0, "does not begin with {")]
    public void Malformed_headers_are_refused(string json, int dataBytes, string expected) =>
        Should.Throw<ModelFormatException>(() => SafeTensors.Parse(Compose(json, new byte[dataBytes]), "x.safetensors")).Message.ShouldContain(expected);

    [Fact]
    public void A_BOOL_is_0_or_1() =>
        Should.Throw<ModelFormatException>(() => SafeTensors.Parse(Compose("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", [1, 2]), "x"))
            .Message.ShouldContain("BOOL");

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(5000UL)]
    public void A_header_longer_than_the_file_allocates_nothing(ulong length)
    {
        byte[] bytes = new byte[1000];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<ModelFormatException>(() => SafeTensors.Parse(bytes, "x"));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Sample.Length; length++)
            Should.Throw<ModelFormatException>(() => SafeTensors.Parse(Sample[..length], "cut"));
        Dispose(SafeTensors.Parse(Sample, "whole"));
    }

    [Fact]
    public void Random_bytes_are_read_or_refused() => Gen.Byte.Array[0, 300].Sample(ReadsOrRefuses, iter: 5_000);

    [Fact]
    public void Random_headers_are_read_or_refused() =>
        Gen.Select(Gen.String[Gen.Char["{}[]\",:0123456789-.eFabdtypeshdnull \\"], 0, 120], Gen.Int[0, 40])
            .Sample((json, data) => ReadsOrRefuses(Compose("{" + json, new byte[data])), iter: 5_000);

    [Fact]
    public void Mutated_files_are_read_or_refused() =>
        Gen.Select(Gen.Int[0, Sample.Length - 1], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                byte[] bytes = [.. Sample];
                foreach ((int at, byte value) in changes)
                    bytes[at] = value;
                ReadsOrRefuses(bytes);
            },
            iter: 20_000);

    [Fact]
    public void Random_entries_are_read_or_refused()
    {
        Gen<long> number = Gen.OneOf(Gen.Long[-2, 20], Gen.Long);
        Gen<string> entry = Gen.Select(number.Array[0, 4], number, number, Gen.Int[0, 4].Select(i => new[] { "F32", "BF16", "BOOL", "I64", "X" }[i]))
            .Select((shape, begin, end, type) => $$"""{"dtype":"{{type}}","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{begin}},{{end}}]}""");
        Gen.Select(entry.Array[0, 3], Gen.Int[0, 40]).Sample(
            (entries, data) => ReadsOrRefuses(Compose("{" + string.Join(',', entries.Select((one, i) => $"\"t{i}\":{one}")) + "}", new byte[data])),
            iter: 20_000);
    }

    private static void ReadsOrRefuses(byte[] bytes)
    {
        try
        {
            Dispose(SafeTensors.Parse(bytes, "fuzz"));
        }
        catch (ModelFormatException e)
        {
            e.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private static void Dispose(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Values)
            tensor.Dispose();
    }

    private static byte[] Compose(string json, byte[] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    private static byte[] MakeSample()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new OrderedDictionary<string, Tensor> { ["x"] = ones(2, 3), ["y"] = tensor(new[] { true, false }), ["z"] = zeros(0) });
        return stream.ToArray();
    }
}
