;; Rounding of a row, one coordinate after what the errors of those before ask of it.
(module
  (memory (import "glot" "memory") 1)

  ;; For each k below `dim`: the level nearest to values[k] - sum of feedback[k][i] errors[i], i < k. Its code goes into
  ;; codes[k], level - values[k] into errors[k], where a value beyond the range counts as its end: what no level can
  ;; reach is not laid upon others.
  ;; values, errors: f32 [width]; feedback: f32 [dim x width], 0 from column k on; width: bytes of a row, a multiple of 16;
  ;; nearest: u8 [grid + 1] codes of the values from -range to range; levels: f32 [codes]; codes: u8 [dim].
  ;; Errors are 0 at first.
  (func (export "roundRow")
    (param $values i32) (param $errors i32) (param $feedback i32) (param $width i32) (param $dim i32)
    (param $nearest i32) (param $grid f32) (param $range f32) (param $levels i32) (param $codes i32)
    (local $end i32) (local $at i32) (local $stop i32) (local $from i32) (local $error i32) (local $code i32)
    (local $value f32) (local $sum v128)
    (local.set $end (i32.add (local.get $codes) (local.get $dim)))
    (local.set $at (local.get $values))
    (local.set $error (local.get $errors))
    (local.set $stop (local.get $errors))
    (block $done
      (loop $coordinate
        (br_if $done (i32.ge_u (local.get $codes) (local.get $end)))
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (local.set $from (local.get $errors))
        (block $summed
          (loop $four
            (br_if $summed (i32.ge_u (local.get $from) (local.get $stop)))
            (local.set $sum
              (f32x4.add (local.get $sum)
                (f32x4.mul
                  (v128.load (local.get $from))
                  (v128.load (i32.add (local.get $feedback) (i32.sub (local.get $from) (local.get $errors)))))))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br $four)))
        (local.set $value
          (f32.sub (f32.load (local.get $at))
            (f32.add
              (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
              (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum))))))
        (local.set $value
          (f32.max (f32.neg (local.get $range)) (f32.min (local.get $range) (local.get $value))))
        (local.set $code
          (i32.load8_u
            (i32.add (local.get $nearest)
              (i32.trunc_sat_f32_u
                (f32.nearest
                  (f32.mul
                    (f32.div (f32.add (local.get $value) (local.get $range)) (f32.add (local.get $range) (local.get $range)))
                    (local.get $grid)))))))
        (i32.store8 (local.get $codes) (local.get $code))
        (f32.store (local.get $error)
          (f32.sub
            (f32.load (i32.add (local.get $levels) (i32.shl (local.get $code) (i32.const 2))))
            (f32.max (f32.neg (local.get $range)) (f32.min (local.get $range) (f32.load (local.get $at))))))
        (local.set $codes (i32.add (local.get $codes) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $error (i32.add (local.get $error) (i32.const 4)))
        (local.set $stop (local.get $error))
        (local.set $feedback (i32.add (local.get $feedback) (local.get $width)))
        (br $coordinate)))))
