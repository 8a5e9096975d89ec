using System.Text;
using System.Xml.Linq;

namespace Sotto.Server.Operations;

/// <summary>The doc comments of an assembly's types, as Markdown: what the code says about a record is what the API documents say.</summary>
internal sealed class Summaries
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    /// <summary>Reads the XML file beside the assembly; without it everything is undescribed.</summary>
    public Summaries(System.Reflection.Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        if (!File.Exists(file))
        {
            return;
        }

        foreach (var member in XDocument.Load(file).Descendants("member"))
        {
            _members[member.Attribute("name")!.Value] = member;
        }
    }

    public string? Of(Type type) => Find(type) is { } member ? Text(member.Element("summary")) : null;

    /// <summary>The text of a record's parameter.</summary>
    public string? Of(Type type, string parameter) =>
        Find(type)?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == parameter) is { } found ? Text(found) : null;

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement see when see.Attribute("cref") is { } cref => $"`{cref.Value[(cref.Value.LastIndexOfAny(['.', ':']) + 1)..]}`",
                XElement other => other.Value,
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private XElement? Find(Type type) =>
        _members.GetValueOrDefault("T:" + (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName);
}
