using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>
/// Which namespaces of an assembly use which others of it, read from its metadata and its code. A compiler folds constants away: a use of those is not seen.
/// </summary>
internal sealed class NamespaceUses : ISignatureTypeProvider<bool, object?>
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xFFFF, code => code.OperandType);

    private readonly PEReader image;
    private readonly MetadataReader metadata;
    private readonly SortedDictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);
    private SortedSet<string> present = [];

    private NamespaceUses(PEReader image) => (this.image, metadata) = (image, image.GetMetadataReader());

    /// <summary>Reads an assembly: of each of its namespaces the others that it uses.</summary>
    public static IReadOnlyDictionary<string, SortedSet<string>> Read(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        var reader = new NamespaceUses(image);
        foreach (TypeDefinitionHandle handle in reader.metadata.TypeDefinitions)
            reader.Type(handle);
        foreach ((string name, SortedSet<string> used) in reader.uses)
            used.Remove(name);
        return reader.uses;
    }

    /// <summary>A circle, as <c>A -> B -> A</c>; null: there is none.</summary>
    public static string? Circle(IReadOnlyDictionary<string, SortedSet<string>> uses)
    {
        HashSet<string> done = [];
        foreach (string start in uses.Keys.Order(StringComparer.Ordinal))
        {
            if (Walk(start, []) is { } circle)
                return circle;
        }

        return null;

        string? Walk(string at, List<string> way)
        {
            int before = way.IndexOf(at);
            if (before >= 0)
                return string.Join(" -> ", way.Skip(before).Append(at));
            if (!done.Add(at))
                return null;
            way.Add(at);
            foreach (string next in uses.GetValueOrDefault(at) ?? [])
            {
                if (Walk(next, way) is { } circle)
                    return circle;
            }

            way.RemoveAt(way.Count - 1);
            return null;
        }
    }

    private void Type(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        if (NamespaceOf(handle) is not { Length: > 0 } name)
            return; // the compiler's own
        if (!uses.TryGetValue(name, out SortedSet<string>? known))
            uses[name] = known = new SortedSet<string>(StringComparer.Ordinal);
        present = known;
        Use(type.BaseType);
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
            Use(metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (FieldDefinitionHandle field in type.GetFields())
            metadata.GetFieldDefinition(field).DecodeSignature(this, null);
        foreach (MethodDefinitionHandle method in type.GetMethods())
            Method(metadata.GetMethodDefinition(method));
    }

    private void Method(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        if (method.RelativeVirtualAddress == 0)
            return;
        MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xFE)
                value = (value << 8) | code.ReadByte();
            Operand(ref code, Operands[value]);
        }
    }

    private void Operand(ref BlobReader code, OperandType kind)
    {
        switch (kind)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                code.ReadByte();
                break;
            case OperandType.InlineVar:
                code.ReadInt16();
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                code.ReadInt64();
                break;
            case OperandType.InlineSwitch:
                int targets = code.ReadInt32();
                code.Offset += 4 * targets;
                break;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                Use(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            default:
                code.ReadInt32();
                break;
        }
    }

    private void Use(EntityHandle used)
    {
        switch (used.Kind)
        {
            case HandleKind.TypeDefinition when !used.IsNil:
                if (NamespaceOf((TypeDefinitionHandle)used) is { Length: > 0 } name)
                    present.Add(name);
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)used).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Use(metadata.GetMethodDefinition((MethodDefinitionHandle)used).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(metadata.GetFieldDefinition((FieldDefinitionHandle)used).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Use(metadata.GetMemberReference((MemberReferenceHandle)used).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification generic = metadata.GetMethodSpecification((MethodSpecificationHandle)used);
                generic.DecodeSignature(this, null);
                Use(generic.Method);
                break;
        }
    }

    /// <summary>The namespace of a type; of a nested one that of the type around it.</summary>
    private string NamespaceOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer ? NamespaceOf(outer) : metadata.GetString(type.Namespace);
    }

    bool ISignatureTypeProvider<bool, object?>
        .GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte kind) => reader.GetTypeSpecification(handle)
        .DecodeSignature(this, context);

    bool ISimpleTypeProvider<bool>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind)
    {
        Use(handle);
        return true;
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind) => false;

    bool ISimpleTypeProvider<bool>.GetPrimitiveType(PrimitiveTypeCode code) => false;

    bool ISZArrayTypeProvider<bool>.GetSZArrayType(bool element) => element;

    bool IConstructedTypeProvider<bool>.GetArrayType(bool element, ArrayShape shape) => element;

    bool IConstructedTypeProvider<bool>.GetByReferenceType(bool element) => element;

    bool IConstructedTypeProvider<bool>.GetGenericInstantiation(bool type, ImmutableArray<bool> arguments) => type;

    bool IConstructedTypeProvider<bool>.GetPointerType(bool element) => element;

    bool ISignatureTypeProvider<bool, object?>.GetFunctionPointerType(MethodSignature<bool> signature) => false;

    bool ISignatureTypeProvider<bool, object?>.GetGenericMethodParameter(object? context, int index) => false;

    bool ISignatureTypeProvider<bool, object?>.GetGenericTypeParameter(object? context, int index) => false;

    bool ISignatureTypeProvider<bool, object?>.GetModifiedType(bool modifier, bool unmodified, bool required) => unmodified;

    bool ISignatureTypeProvider<bool, object?>.GetPinnedType(bool element) => element;
}
