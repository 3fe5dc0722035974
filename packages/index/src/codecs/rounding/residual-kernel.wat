;; Rows in four bits a coordinate, what is left of a table's rows, turned into rows in int8.
(module
  (memory (import "glot" "memory") 1)

  ;; For each row below `count`: v[k] = table[centroids[row]][k] + factors[row] * level of its code k; of these codes[row][k] =
  ;; round(127 v[k] / max|v|) and the scale v . v / v . codes, both 0 where no coordinate reaches 1e-30. The scale is NaN
  ;; where the table has no such row, or v is not finite.
  ;; centroids: u16 [count]; pairs: u8 [count x pairBytes], the lower four bits first; factors: f32 [count]; table:
  ;; f32 [tableRows x width / 4], 0 from `dim` on; width: bytes of a row, a multiple of 16; levels: f32 [256 x 2], of both
  ;; codes of a byte; values: f32 [width / 4]; codes: i8 [count x dim], with room for 3 more; scales: f32 [count].
  (func (export "toInt8")
    (param $centroids i32) (param $pairs i32) (param $pairBytes i32) (param $factors i32) (param $count i32)
    (param $table i32) (param $tableRows i32) (param $dim i32) (param $width i32) (param $levels i32)
    (param $values i32) (param $codes i32) (param $scales i32)
    (local $end i32) (local $centroid i32) (local $from i32) (local $pair i32) (local $at i32) (local $stop i32)
    (local $into i32) (local $largest f32) (local $steps f32)
    (local $factor v128) (local $v v128) (local $r v128) (local $square v128) (local $product v128)
    (local.set $end (i32.add (local.get $scales) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $stop (i32.add (local.get $values) (local.get $width)))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $scales) (local.get $end)))
        (f32.store (local.get $scales) (f32.const nan))
        (local.set $centroid (i32.load16_u (local.get $centroids)))
        (block $refused
          (br_if $refused (i32.ge_u (local.get $centroid) (local.get $tableRows)))
          (local.set $factor (f32x4.splat (f32.load (local.get $factors))))
          (local.set $from (i32.add (local.get $table) (i32.mul (local.get $centroid) (local.get $width))))
          (local.set $pair (local.get $pairs))
          (local.set $at (local.get $values))
          (loop $decode
            (local.set $v
              (v128.load64_lane 0
                (i32.add (local.get $levels) (i32.shl (i32.load8_u (local.get $pair)) (i32.const 3)))
                (local.get $v)))
            (local.set $v
              (v128.load64_lane 1
                (i32.add (local.get $levels) (i32.shl (i32.load8_u offset=1 (local.get $pair)) (i32.const 3)))
                (local.get $v)))
            (v128.store (local.get $at)
              (f32x4.add (v128.load (local.get $from)) (f32x4.mul (local.get $v) (local.get $factor))))
            (local.set $pair (i32.add (local.get $pair) (i32.const 2)))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br_if $decode (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $stop))))
          ;; What lies behind the last coordinate is no part of the row.
          (local.set $at (i32.add (local.get $values) (i32.shl (local.get $dim) (i32.const 2))))
          (block $cleared
            (loop $clear
              (br_if $cleared (i32.ge_u (local.get $at) (local.get $stop)))
              (f32.store (local.get $at) (f32.const 0))
              (local.set $at (i32.add (local.get $at) (i32.const 4)))
              (br $clear)))
          (local.set $v (v128.const f32x4 0 0 0 0))
          (local.set $at (local.get $values))
          (loop $measure
            (local.set $v (f32x4.max (local.get $v) (f32x4.abs (v128.load (local.get $at)))))
            (br_if $measure (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $stop))))
          (local.set $largest
            (f32.max
              (f32.max (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
              (f32.max (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))
          (br_if $refused (i32.eqz (f32.lt (local.get $largest) (f32.const inf))))
          (local.set $steps
            (select
              (f32.div (f32.const 127) (local.get $largest))
              (f32.const 0)
              (f32.ge (local.get $largest) (f32.const 1e-30))))
          (local.set $factor (f32x4.splat (local.get $steps)))
          (local.set $square (v128.const f32x4 0 0 0 0))
          (local.set $product (v128.const f32x4 0 0 0 0))
          (local.set $at (local.get $values))
          (local.set $into (local.get $codes))
          (loop $round
            (local.set $v (f32x4.mul (v128.load (local.get $at)) (local.get $factor)))
            (local.set $r (f32x4.nearest (local.get $v)))
            (local.set $square (f32x4.add (local.get $square) (f32x4.mul (local.get $v) (local.get $v))))
            (local.set $product (f32x4.add (local.get $product) (f32x4.mul (local.get $v) (local.get $r))))
            (local.set $r (i32x4.trunc_sat_f32x4_s (local.get $r)))
            (local.set $r (i16x8.narrow_i32x4_s (local.get $r) (local.get $r)))
            (v128.store32_lane 0 (local.get $into) (i8x16.narrow_i16x8_s (local.get $r) (local.get $r)))
            (local.set $into (i32.add (local.get $into) (i32.const 4)))
            (br_if $round (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $stop))))
          (f32.store (local.get $scales)
            (select
              (f32.min
                (f32.div
                  (f32.div
                    (f32.add
                      (f32.add (f32x4.extract_lane 0 (local.get $square)) (f32x4.extract_lane 1 (local.get $square)))
                      (f32.add (f32x4.extract_lane 2 (local.get $square)) (f32x4.extract_lane 3 (local.get $square))))
                    (f32.add
                      (f32.add (f32x4.extract_lane 0 (local.get $product)) (f32x4.extract_lane 1 (local.get $product)))
                      (f32.add (f32x4.extract_lane 2 (local.get $product)) (f32x4.extract_lane 3 (local.get $product)))))
                  (local.get $steps))
                (f32.const 2.6793e36))
              (f32.const 0)
              (f32.gt (local.get $steps) (f32.const 0)))))
        (local.set $centroids (i32.add (local.get $centroids) (i32.const 2)))
        (local.set $pairs (i32.add (local.get $pairs) (local.get $pairBytes)))
        (local.set $factors (i32.add (local.get $factors) (i32.const 4)))
        (local.set $codes (i32.add (local.get $codes) (local.get $dim)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (br $row)))))
