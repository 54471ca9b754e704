using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using TorchSharp;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>A value written out with everything in it, by reflection over its settable properties: values of one structure are equal, lists and all.</summary>
internal static class Structure
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string s:
                text.Append('"').Append(s).Append('"');
                break;
            case double d:
                text.Append(BitConverter.DoubleToInt64Bits(d)).Append('d');
                break;
            case torch.Tensor tensor:
                text.Append("tensor ").Append(tensor.Handle);
                break;
            case IDictionary pairs:
                text.Append('{');
                foreach (DictionaryEntry pair in pairs)
                {
                    Write(text, pair.Key);
                    text.Append(": ");
                    Write(text, pair.Value);
                    text.Append(", ");
                }

                text.Append('}');
                break;
            case IEnumerable list:
                text.Append('[');
                foreach (object? item in list)
                {
                    Write(text, item);
                    text.Append(", ");
                }

                text.Append(']');
                break;
            case Enum or IFormattable and not null when value.GetType().IsPrimitive || value is Enum:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case not null when value.GetType() == typeof(object) || value is bool:
                text.Append(value is bool ? value : $"object {System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value)}");
                break;
            default:
                text.Append(value.GetType().Name).Append('(');
                foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
                {
                    text.Append(property.Name).Append('=');
                    Write(text, property.GetValue(value));
                    text.Append(", ");
                }

                text.Append(')');
                break;
        }
    }
}
