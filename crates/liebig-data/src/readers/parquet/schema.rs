//! The columns of a parquet file, and what they hold.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::super::table::source::Kind;
use super::features::Features;

/// A column as people see it: a value in each row.
pub(super) struct Field {
    pub name: String,
    pub kind: Kind,
    /// The values, unless it is not [`Kind::Unusable`] for being nested.
    pub leaf: Option<Leaf>,
    /// Where its encoded images are, if it has any.
    pub image: Option<ImageLeaves>,
}

/// A column of values as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Its number among all columns of values.
    pub index: usize,
    pub values: Values,
}

/// What stored values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    Bool,
    Int32,
    Int64,
    Unsigned32,
    Unsigned64,
    Float,
    Double,
    /// Half precision in two bytes.
    Half,
    /// Whole numbers that are divided by ten to this power, in whatever type.
    Decimal(u32),
    /// Days since 1970.
    Days,
    /// Units since 1970, so many in a day.
    Instant(i64),
    /// Nanoseconds of a day and the day's Julian number.
    Instant96,
    Text,
    /// Bytes that are no text.
    Bytes,
}

/// The columns of a struct of encoded images, or of images alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageLeaves {
    pub bytes: usize,
    pub path: Option<usize>,
}

/// Names of columns of encoded images that are not declared as such, in lower case.
const IMAGE_NAMES: &[&str] = &[
    "image", "img", "picture", "photo", "jpg", "jpeg", "png", "bytes",
];

/// The columns in the order of the file.
pub(super) fn fields(schema: &SchemaDescriptor, features: &Features) -> Vec<Field> {
    let mut fields = Vec::new();
    for (root, column) in schema.root_schema().get_fields().iter().enumerate() {
        let leaves =
            (0..schema.num_columns()).filter(|&leaf| schema.get_column_root_idx(leaf) == root);
        let leaves: Vec<usize> = leaves.collect();
        let name = column.name().to_owned();
        let flat = |&&leaf: &&usize| schema.column(leaf).max_rep_level() == 0;
        let single = leaves
            .first()
            .filter(flat)
            .filter(|_| column.is_primitive());
        let leaf = single.map(|&index| Leaf {
            index,
            values: values(&schema.column(index)),
        });
        let image = match leaf {
            Some(Leaf {
                index,
                values: Values::Bytes,
            }) => {
                let declared = features.images.contains(&name);
                let named = IMAGE_NAMES.contains(&name.to_lowercase().as_str());
                (declared || named).then_some(ImageLeaves {
                    bytes: index,
                    path: None,
                })
            }
            Some(_) => None,
            None => image(schema, &leaves),
        };
        let kind = leaf.map_or_else(
            || Kind::Unusable("it is nested".into()),
            |leaf| kind(leaf.values),
        );
        fields.push(Field {
            name,
            kind,
            leaf,
            image,
        });
    }
    fields
}

/// A struct of `bytes` and perhaps `path`.
fn image(schema: &SchemaDescriptor, leaves: &[usize]) -> Option<ImageLeaves> {
    let named = |wanted: &str| {
        leaves.iter().copied().find(|&leaf| {
            let column = schema.column(leaf);
            let is_value = column.max_rep_level() == 0 && column.path().parts().len() == 2;
            is_value && column.name() == wanted && column.physical_type() == Type::BYTE_ARRAY
        })
    };
    Some(ImageLeaves {
        bytes: named("bytes")?,
        path: named("path"),
    })
}

fn kind(values: Values) -> Kind {
    match values {
        Values::Bool => Kind::Boolean,
        Values::Text => Kind::Text,
        Values::Days | Values::Instant(_) | Values::Instant96 => Kind::Date,
        Values::Bytes => Kind::Unusable("bytes that are no text".into()),
        _ => Kind::Number,
    }
}

fn values(column: &ColumnDescriptor) -> Values {
    const DAY: i64 = 86_400;
    let converted = column.converted_type();
    let logical = column.logical_type_ref();
    let decimal =
        matches!(logical, Some(LogicalType::Decimal(_))) || converted == ConvertedType::DECIMAL;
    if decimal {
        return match u32::try_from(column.type_scale()) {
            Ok(scale) => Values::Decimal(scale),
            Err(_) => Values::Bytes,
        };
    }
    let instant = match (logical, converted) {
        (Some(LogicalType::Timestamp(timestamp)), _) => Some(match timestamp.unit {
            TimeUnit::MILLIS => DAY * 1000,
            TimeUnit::MICROS => DAY * 1_000_000,
            TimeUnit::NANOS => DAY * 1_000_000_000,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(DAY * 1000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(DAY * 1_000_000),
        _ => None,
    };
    let unsigned = matches!(
        converted,
        ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
    );
    match column.physical_type() {
        Type::BOOLEAN => Values::Bool,
        Type::INT32
            if matches!(logical, Some(LogicalType::Date)) || converted == ConvertedType::DATE =>
        {
            Values::Days
        }
        Type::INT32 if unsigned => Values::Unsigned32,
        Type::INT32 => Values::Int32,
        Type::INT64 if unsigned => Values::Unsigned64,
        Type::INT64 => instant.map_or(Values::Int64, Values::Instant),
        Type::INT96 => Values::Instant96,
        Type::FLOAT => Values::Float,
        Type::DOUBLE => Values::Double,
        Type::FIXED_LEN_BYTE_ARRAY if matches!(logical, Some(LogicalType::Float16)) => Values::Half,
        Type::BYTE_ARRAY
            if matches!(
                logical,
                Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)
            ) || matches!(
                converted,
                ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
            ) =>
        {
            Values::Text
        }
        Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => Values::Bytes,
    }
}
